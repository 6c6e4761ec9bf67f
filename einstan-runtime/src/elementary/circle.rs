//! Sine, cosine and tangent: `x = n π/2 + r` with |r| ≤ π/4, and the polynomials of fdlibm (f64) and Cephes (f32). In f64
//! beyond `LIMIT` the remainder needs more digits of π than are here, and std computes.

pub(super) mod double {
    use crate::fused::Fused;

    /// n has 20 bits up to here, and its products with the parts of π/2, of 33 bits, are exact.
    const LIMIT: f64 = 1.0e6;
    const MAGIC: f64 = 6755399441055744.0;
    const PIECES: [f64; 3] = [
        1.570_796_326_734_125_6,
        6.077_100_506_303_966e-11,
        2.022_266_248_711_166_5e-21,
    ];

    /// `(r, what r lacks, n)`.
    #[inline(always)]
    fn parts(x: f64, fused: Fused) -> (f64, f64, u64) {
        let shifted = fused.mul_add(x, std::f64::consts::FRAC_2_PI, MAGIC);
        let n = shifted - MAGIC;
        // Products with the first two parts are exact.
        let first = fused.mul_add(-n, PIECES[0], x);
        let second = fused.mul_add(-n, PIECES[1], first);
        let taken = fused.mul_add(-n, PIECES[1], first - second);
        let lost = fused.mul_add(n, PIECES[2], -taken);
        let r = second - lost;
        (r, (second - r) - lost, shifted.to_bits())
    }

    #[inline(always)]
    fn sine(r: f64, low: f64, fused: Fused) -> f64 {
        let z = r * r;
        let p = horner!(fused, z; 1.589_690_995_211_55e-10, -2.505_076_025_340_686_3e-8, 2.755_731_370_707_006_8e-6,
            -1.984_126_982_985_795e-4, 8.333_333_333_322_49e-3);
        let cube = z * r;
        let bent = fused.mul_add(z, fused.mul_add(-cube, p, 0.5 * low), -low);
        r - fused.mul_add(cube, 1.666_666_666_666_663_2e-1, bent)
    }

    #[inline(always)]
    fn cosine(r: f64, low: f64, fused: Fused) -> f64 {
        let z = r * r;
        let p = horner!(fused, z; -1.135_964_755_778_819_5e-11, 2.087_572_321_298_175e-9, -2.755_731_435_139_066_3e-7,
            2.480_158_728_947_673e-5, -1.388_888_888_887_411e-3, 4.166_666_666_666_66e-2);
        let half = 0.5 * z;
        let w = 1.0 - half;
        w + (((1.0 - w) - half) + fused.mul_add(z * z, p, -r * low))
    }

    #[inline(always)]
    fn turned(r: f64, low: f64, n: u64, fused: Fused) -> f64 {
        let value = if n & 1 == 1 {
            cosine(r, low, fused)
        } else {
            sine(r, low, fused)
        };
        if n & 2 == 2 { -value } else { value }
    }

    #[inline(always)]
    pub fn sin(x: f64, fused: Fused) -> f64 {
        let (r, low, n) = parts(x, fused);
        if x.abs() < LIMIT {
            turned(r, low, n, fused)
        } else {
            far_sin(x)
        }
    }

    #[inline(always)]
    pub fn cos(x: f64, fused: Fused) -> f64 {
        let (r, low, n) = parts(x, fused);
        if x.abs() < LIMIT {
            turned(r, low, n.wrapping_add(1), fused)
        } else {
            far_cos(x)
        }
    }

    #[inline(always)]
    pub fn tan(x: f64, fused: Fused) -> f64 {
        let (r, low, n) = parts(x, fused);
        let (s, c) = (sine(r, low, fused), cosine(r, low, fused));
        let value = if n & 1 == 1 { -c / s } else { s / c };
        if x.abs() < LIMIT { value } else { far_tan(x) }
    }

    #[cold]
    #[inline(never)]
    fn far_sin(x: f64) -> f64 {
        x.sin()
    }

    #[cold]
    #[inline(never)]
    fn far_cos(x: f64) -> f64 {
        x.cos()
    }

    #[cold]
    #[inline(never)]
    fn far_tan(x: f64) -> f64 {
        x.tan()
    }
}

pub(super) mod single {
    use crate::fused::Fused;

    const MAGIC: f64 = 6755399441055744.0;

    /// 25 zeros and the first bits of 2/π behind the point: the bits from the e-th one on are those of `2^(e-23) 2/π`, from
    /// the 2 before its point on.
    const TWO_OVER_PI: [u64; 4] = [
        0x517cc1b727,
        0x220a94fe13abe8fa,
        0x9a6ee06db14acc9e,
        0x21c820ff28b1d5ef,
    ];

    /// A whole number below 2^52 as a float.
    #[inline(always)]
    fn float(x: u64) -> f64 {
        f64::from_bits(x | 0x4330_0000_0000_0000) - 4503599627370496.0
    }

    /// `(r, n)`, for every x: in f64, with the bits of 2/π that matter for the exponent of x.
    #[inline(always)]
    fn parts(x: f32, fused: Fused) -> (f32, u32) {
        let exponent = (x.to_bits() >> 23 & 0xff) as i32 - 127;
        // Of infinity and NaN it is anything.
        let e = if exponent < 0 { 0 } else { exponent as u64 } & 127;
        let [a, b, c, d] = TWO_OVER_PI;
        let far = e >= 64;
        let (a, b, c) = if far { (b, c, d) } else { (a, b, c) };
        let (shift, back) = (e & 63, 63 - (e & 63));
        let (a, b) = (a << shift | b >> 1 >> back, b << shift | c >> 1 >> back);
        // 29 bits, whose product with the 24 of x is exact, and the next 52.
        let first = float(a >> 35) * (1.0 / 134217728.0);
        let rest = float((a << 29 | b >> 35) >> 12) * (1.0 / 604462909807314587353088.0);
        let whole = f64::from(x) * f64::from_bits((1023 + 23 - e) << 52);
        let turns = whole * first;
        let shifted = fused.mul_add(whole, rest, turns) + MAGIC;
        let n = shifted - MAGIC;
        let part = fused.mul_add(whole, rest, turns - n);
        (
            (part * std::f64::consts::FRAC_PI_2) as f32,
            shifted.to_bits() as u32,
        )
    }

    #[inline(always)]
    fn sine(r: f32, fused: Fused) -> f32 {
        let z = r * r;
        let p = horner!(fused, z; -1.951_529_6e-4, 8.332_161e-3, -1.666_665_5e-1);
        let value = fused.mul_add(r * z, p, r);
        value.copysign(r)
    }

    #[inline(always)]
    fn cosine(r: f32, fused: Fused) -> f32 {
        let z = r * r;
        let p = horner!(fused, z; 2.443_315_7e-5, -1.388_731_6e-3, 4.166_664_6e-2);
        fused.mul_add(z * z, p, fused.mul_add(-0.5, z, 1.0))
    }

    #[inline(always)]
    fn turned(r: f32, n: u32, fused: Fused) -> f32 {
        let (s, c) = (sine(r, fused).to_bits(), cosine(r, fused).to_bits());
        // Without a branch: each loop with one stays scalar.
        let odd = (n & 1).wrapping_neg();
        f32::from_bits((c & odd | s & !odd) ^ (n & 2) << 30)
    }

    #[inline(always)]
    pub fn sin(x: f32, fused: Fused) -> f32 {
        let (r, n) = parts(x, fused);
        turned(r, n, fused)
    }

    #[inline(always)]
    pub fn cos(x: f32, fused: Fused) -> f32 {
        let (r, n) = parts(x, fused);
        turned(r, n.wrapping_add(1), fused)
    }

    #[inline(always)]
    pub fn tan(x: f32, fused: Fused) -> f32 {
        let (r, n) = parts(x, fused);
        let (s, c) = (sine(r, fused), cosine(r, fused));
        if n & 1 == 1 { -c / s } else { s / c }
    }
}
