//! Stands here until `einstan::optim` does.
#![allow(dead_code)]
use einstan::testing::Vector;

pub struct AdamW<P: Vector<Element = f32>> {
    pub rate: f32,
    pub beta1: f32,
    pub beta2: f32,
    pub epsilon: f32,
    pub decay: f32,
    m: P,
    v: P,
    t: i32,
}

impl<P: Vector<Element = f32>> AdamW<P> {
    pub fn new(p: &P) -> Self {
        let mut zero = p.clone();
        zero.parts_mut().iter_mut().for_each(|(_, a)| a.fill(0.0));
        AdamW {
            rate: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            decay: 0.0,
            m: zero.clone(),
            v: zero,
            t: 0,
        }
    }
    pub fn step(&mut self, p: &mut P, g: &P) -> Result<(), einstan::Error> {
        self.t += 1;
        let (b1, b2) = (self.beta1, self.beta2);
        let (c1, c2) = (1.0 - b1.powi(self.t), 1.0 - b2.powi(self.t));
        let (rate, eps, decay) = (self.rate, self.epsilon, self.decay);
        let parts = p.parts_mut().into_iter().zip(g.parts());
        for (((_, mut p), (_, g)), ((_, mut m), (_, mut v))) in
            parts.zip(self.m.parts_mut().into_iter().zip(self.v.parts_mut()))
        {
            ndarray::Zip::from(&mut p)
                .and(&g)
                .and(&mut m)
                .and(&mut v)
                .for_each(|p, &g, m, v| {
                    *m += (1.0 - b1) * (g - *m);
                    *v += (1.0 - b2) * (g * g - *v);
                    *p -= rate * (*m / c1 / ((*v / c2).sqrt() + eps) + decay * *p);
                });
        }
        Ok(())
    }
}

pub type Adam<P> = AdamW<P>;

pub fn clip_norm<P: Vector<Element = f32>>(g: &mut P, limit: f32) -> Result<f32, einstan::Error> {
    let norm = g
        .parts()
        .iter()
        .map(|(_, a)| a.iter().map(|x| x * x).sum::<f32>())
        .sum::<f32>()
        .sqrt();
    if norm > limit {
        g.parts_mut()
            .iter_mut()
            .for_each(|(_, a)| a.mapv_inplace(|x| x * limit / norm));
    }
    Ok(norm)
}
