//! Advection and diffusion on a ring, and a step towards their coefficients: as equations.

use einstan::einstan;

einstan! {
    /// What becomes of `b` states on a ring of `n` cells: ∂u/∂t = -∂F/∂x with the flux F = v u - a ∂u/∂x.
    ///
    /// `a` and `v`, diffusivity and velocity, are those between a cell and the next one, which are 1 apart; `dt` is the time of a
    /// step. `F[t,s,i]` leaves cell i and enters cell i + 1.
    #[einstan(test(range = 0..0.3))]
    pub fn simulate(a[n], v[n], const initial[b, n], const dt, dim steps) -> last[b, n] {
        u[t: steps + 1, s, i] = if t == 0 { initial[s,i] } else { u[t-1,s,i] + dt*(F[t-1,s,wrap(i-1)] - F[t-1,s,i]) };
        F[t: steps + 1, s, i] = v[i]*(u[t,s,i] + u[t,s,wrap(i+1)])/2 - a[i]*(u[t,s,wrap(i+1)] - u[t,s,i]);
        last[s,i] = u[len(steps),s,i];
    }

    /// The step x of Levenberg and Marquardt from residuals r and their Jacobian J: (JᵀJ + damping I) x = -Jᵀr, by a factor of
    /// Cholesky.
    pub fn step(const J[m, p], const r[m], const damping) -> x[p] {
        A[i,j] = J[k,i]*J[k,j] + damping*(i == j);
        L[i,j] = if i == j { sqrt(A[i,i] - sum[k](if k < j { L[i,k]^2 } else { 0 })) }
            else if i > j { (A[i,j] - sum[k](if k < j { L[i,k]*L[j,k] } else { 0 })) / L[j,j] }
            else { 0 };
        y[i] = (-J[k,i]*r[k] - sum[j](if j < i { L[i,j]*y[j] } else { 0 })) / L[i,i];
        x[i] = (y[i] - sum[j](if j > i { L[j,i]*x[j] } else { 0 })) / L[i,i];
    }
}

/// Diffusivity and velocity: they have the shapes of a gradient by them.
pub type Coefficients = simulate::Gradient<f64>;
