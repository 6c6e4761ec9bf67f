//! Two texts line by line, for people.

/// The lines that go and come, with `-` and `+` before them.
pub fn lines(before: &str, after: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let common = common(&a, &b);
    let (mut i, mut j) = (0, 0);
    let mut text = String::new();
    while i < a.len() || j < b.len() {
        let length = |i: usize, j: usize| common[i * (b.len() + 1) + j];
        if i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        } else if i < a.len() && (j == b.len() || length(i + 1, j) >= length(i, j + 1)) {
            text += &format!("-{}\n", a[i]);
            i += 1;
        } else {
            text += &format!("+{}\n", b[j]);
            j += 1;
        }
    }
    text
}

/// How many lines the ends from each pair of places have in common at most.
fn common(a: &[&str], b: &[&str]) -> Vec<usize> {
    let width = b.len() + 1;
    let mut lengths = vec![0; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            lengths[i * width + j] = match a[i] == b[j] {
                true => lengths[(i + 1) * width + j + 1] + 1,
                false => lengths[(i + 1) * width + j].max(lengths[i * width + j + 1]),
            };
        }
    }
    lengths
}
