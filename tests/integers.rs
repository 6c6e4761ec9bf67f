//! Integers: what is exact, what becomes a number, what a remainder is, and that nothing wraps around.

use einstan::einstan;
use ndarray::array;

einstan! {
    pub fn compare(a[n]: i64, b[n]: i64) -> (less[n], equal[n], next[n], double[n]) {
        less[i] = (a[i] < b[i]);
        equal[i] = (a[i] == b[i]);
        next[i] = (a[i] + 1 == b[i]);
        double[i] = if 2*a[i] - b[i] > a[i] { 1 } else { 0 };
    }
    pub fn quotients(a[n]: i32, b[n]: u8) -> (half[n], all[n], whole[n]) {
        half[i] = a[i]/2;
        all[i] = a[i]/b[i];
        whole[i] = floor(a[i]/2)*1/2;
    }
    pub fn literals(x[n]) -> (y[n], z[n]) { y[i] = 1/2*x[i]; z[i] = x[i]*i/2 + 7/2; }
    pub fn remainders(a[n]: i32, b[n]: i32) -> (r[n]: i64, s[n], t[n]) {
        r[i] = a[i] % b[i];
        s[i] = a[i] % b[i] + 0.5;
        t[i] = 2*(a[i] % b[i])*3;
    }
    pub fn of_indices(x[n]) -> (even[n], cycle[n]: usize) {
        even[i] = if i % 2 == 0 { x[i] } else { 0 };
        cycle[i] = (i + 2) % 3;
    }
    pub fn in_a_branch(a[n]: i32, b[n]: i32) -> r[n] { r[i] = if b[i] != 0 { a[i] % b[i] } else { -1 }; }
    pub fn small(a[n]: i32) -> (b[n]: u8, c[n]: usize, d[n]: i32) {
        b[i] = a[i]*100;
        c[i] = a[i] - 1;
        d[i] = a[i]*a[i];
    }
    pub fn large(a[n]: i64) -> (b[n]: i64, c[n]: i64, d[n]: i64) { b[i] = a[i]*a[i]; c[i] = a[i] + a[i]; d[i] = -a[i]; }
    pub fn counted(tok[n]: usize, dim c) -> (count[c]: usize, first[c]: i32) {
        count[j] = len(n);
        count[j] += j;
        first[j] = j;
        first[j] += -2*j;
    }
    pub fn filled(a[n]: u8) -> b[n]: u8 { b[i] = a[i]; b[i] += 200; }
    pub fn selected(a[n]: usize, b[n]: usize, x[n]) -> c[n]: usize { c[i] = if x[i] > 0 { a[i] } else { b[i] }; }
    pub fn positions(X[n, m]) -> (k, at: usize) {
        p[i] = argmax[j](X[i,j]);
        k = sum[i](p[i]);
        at = argmin[i](X[i,0]);
    }
    pub fn tokens(tok[n]: usize, E[v, d]) -> Y[n, d] { Y[i,c] = sum[w](if tok[i] == w { E[w,c] } else { 0 }); }
    pub fn scalars(n: i64, m: u32) -> (a: i64, b, c) { a = n*2 - m; b = n/m; c = (n > m); }
    pub fn lengths(x[n], dim c) -> (a: i64, b: usize) { a = len(n)*len(c) - 7; b = len(c) % 4; }
}

const BIG: i64 = 1 << 53;

#[test]
fn comparisons_of_integers_are_exact() {
    let (a, b) = (
        array![BIG, BIG + 1, -BIG - 1, 3],
        array![BIG + 1, BIG + 1, -BIG, 3],
    );
    let (less, equal, next, double) = compare::<f32>(&a, &b).unwrap();
    assert_eq!(less, array![1.0, 0.0, 1.0, 0.0]);
    assert_eq!(equal, array![0.0, 1.0, 0.0, 1.0]);
    assert_eq!(next, array![1.0, 0.0, 1.0, 0.0]);
    assert_eq!(double, array![0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn integers_become_numbers_before_arithmetic() {
    let (half, all, whole) = quotients(&array![1, -3, 7], &array![2, 2, 4]).unwrap();
    assert_eq!(
        (half, all, whole),
        (
            array![0.5, -1.5, 3.5],
            array![0.5, -1.5, 1.75],
            array![0.0, -1.0, 1.5]
        )
    );
    let (y, z) = literals(&array![2.0, 3.0]).unwrap();
    assert_eq!((y, z), (array![1.0, 1.5], array![3.5, 5.0]));
}

#[test]
fn a_remainder_takes_the_sign_of_the_divisor() {
    let (a, b) = (array![7, -7, 7, -7, 6, -6], array![3, 3, -3, -3, 3, -3]);
    let (r, s, t) = remainders::<f64>(&a, &b).unwrap();
    assert_eq!(r, array![1, 2, -2, -1, 0, 0]);
    assert_eq!(s, r.mapv(|r| r as f64 + 0.5));
    assert_eq!(t, r.mapv(|r| r as f64 * 6.0));
    let (even, cycle) = of_indices(&array![1.0, 2.0, 3.0, 4.0]).unwrap();
    assert_eq!(
        (even, cycle),
        (array![1.0, 0.0, 3.0, 0.0], array![2, 0, 1, 2])
    );
    let (r, ..) = remainders::<f64>(&array![i32::MIN, i32::MIN], &array![-1, i32::MAX]).unwrap();
    assert_eq!(r, array![0, i64::from(i32::MIN) + 2 * i64::from(i32::MAX)]);
}

#[test]
fn a_remainder_in_a_branch_is_taken_where_the_branch_is() {
    assert_eq!(
        in_a_branch(&array![7, 8], &array![4, 0]),
        Ok(array![3.0, -1.0])
    );
}

#[test]
fn integers_stop_at_the_ends_of_their_type() {
    let (b, c, d) = small(&array![1, 3, -1, i32::MAX]).unwrap();
    assert_eq!(b, array![100u8, 255, 0, 255]);
    assert_eq!(c, array![0usize, 2, 0, i32::MAX as usize - 1]);
    assert_eq!(d, array![1, 9, 1, i32::MAX]);
    let (b, c, d) = large(&array![i64::MAX, i64::MIN, 5]).unwrap();
    assert_eq!(b, array![i64::MAX, i64::MAX, 25]);
    assert_eq!(c, array![i64::MAX, i64::MIN, 10]);
    assert_eq!(d, array![-i64::MAX, i64::MAX, -5]);
    assert_eq!(filled(&array![1, 100]), Ok(array![201, 255]));
}

#[test]
fn integer_results_take_integer_expressions() {
    let (count, first) = counted(&array![5, 5, 5], 3).unwrap();
    assert_eq!((count, first), (array![3, 4, 5], array![0, -1, -2]));
    assert_eq!(
        selected(&array![1, 2], &array![3, 4], &array![1.0, -1.0]),
        Ok(array![1, 4])
    );
    assert_eq!(scalars(5, 2), Ok((8, 2.5, 1.0)));
    assert_eq!(lengths(&array![1.0, 2.0], 3), Ok((-1, 3)));
}

#[test]
fn integer_intermediates_are_read_as_numbers_and_in_comparisons() {
    assert_eq!(
        positions(&array![[1.0, 3.0], [2.0, 0.0], [0.0, 1.0]]),
        Ok((2.0, 2))
    );
    let e = array![[1.0, 2.0], [3.0, 4.0]];
    let tok = array![1, 0, 1];
    let (y, pullback) = tokens::vjp(&tok, &e).unwrap();
    assert_eq!(y, array![[3.0, 4.0], [1.0, 2.0], [3.0, 4.0]]);
    assert_eq!(
        pullback.call(&y.mapv(|_| 1.0)).unwrap().E,
        array![[1.0, 1.0], [2.0, 2.0]]
    );
}
