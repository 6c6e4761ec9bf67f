//! Meant: C = A B. The mistake: an einsum string as in NumPy.

use einstan::einstan;

einstan! {
    fn mm(A[n, m], B[m, k]) -> C[n, k] {
        C = einsum("ij,jk->ik", A, B);
    }
}

fn main() {}
