//! Stands in for `einstan::optim`.
#![allow(dead_code)]
use einstan::testing::Vector;

pub struct Adam<P> {
    pub rate: f64,
    m: P,
    v: P,
    t: i32,
}

fn zeros<P: Vector<Element = f32>>(p: &P) -> P {
    let mut z = p.clone();
    z.parts_mut().iter_mut().for_each(|(_, p)| p.fill(0.0));
    z
}

impl<P: Vector<Element = f32>> Adam<P> {
    pub fn new(p: &P) -> Self {
        Adam {
            rate: 1e-3,
            m: zeros(p),
            v: zeros(p),
            t: 0,
        }
    }
    pub fn step(&mut self, p: &mut P, g: &P) -> Result<(), einstan::Error> {
        self.t += 1;
        let rate =
            (self.rate * (1.0 - 0.999f64.powi(self.t)).sqrt() / (1.0 - 0.9f64.powi(self.t))) as f32;
        let parts = p
            .parts_mut()
            .into_iter()
            .zip(g.parts())
            .zip(self.m.parts_mut())
            .zip(self.v.parts_mut());
        for ((((_, mut p), (_, g)), (_, mut m)), (_, mut v)) in parts {
            ndarray::Zip::from(&mut p)
                .and(&g)
                .and(&mut m)
                .and(&mut v)
                .for_each(|p, &g, m, v| {
                    *m = 0.9 * *m + 0.1 * g;
                    *v = 0.999 * *v + 0.001 * g * g;
                    *p -= rate * *m / (v.sqrt() + 1e-8);
                });
        }
        Ok(())
    }
}

pub fn clip_norm<P: Vector<Element = f32>>(g: &mut P, limit: f64) -> Result<f64, einstan::Error> {
    let norm = g
        .parts()
        .iter()
        .flat_map(|(_, p)| p.iter().map(|x| f64::from(*x).powi(2)).collect::<Vec<_>>())
        .sum::<f64>()
        .sqrt();
    if norm > limit {
        let s = (limit / norm) as f32;
        g.parts_mut()
            .iter_mut()
            .for_each(|(_, p)| p.mapv_inplace(|x| x * s));
    }
    Ok(norm)
}
