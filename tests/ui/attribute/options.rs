use einstan::einstan;

einstan! {
    #[einstan(fast, test)]
    fn unknown(x[n]) -> y[n] { y[i] = x[i]; }

    #[einstan(test)]
    #[einstan(test)]
    fn twice(x[n]) -> y[n] { y[i] = x[i]; }

    #[einstan]
    fn nothing(x[n]) -> y[n] { y[i] = x[i]; }

    #[einstan(test = 3)]
    fn value(x[n]) -> y[n] { y[i] = x[i]; }

    #[einstan(test)]
    fn scalar(x) = 2*x;
}

fn main() {}
