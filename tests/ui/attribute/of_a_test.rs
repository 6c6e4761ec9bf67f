use einstan::einstan;

einstan!(#[einstan(test(range = 1..-1))] fn empty: y[i] = ln(x[i]));
einstan!(#[einstan(test(range = 1))] fn point: y[i] = ln(x[i]));
einstan!(#[einstan(test(range = a..b))] fn names: y[i] = ln(x[i]));
einstan!(#[einstan(test(tolerance = -1e-3))] fn negative: y[i] = ln(x[i]));
einstan!(#[einstan(test(lengths = 3))] fn unknown: y[i] = ln(x[i]));
einstan!(#[einstan(test(range))] fn bare: y[i] = ln(x[i]));
einstan!(#[einstan(test(tolerance = 1e-3, tolerance = 1e-3))] fn twice: y[i] = ln(x[i]));

fn main() {}
