use einstan::{Error, Tensor, TensorRef, einstan};

einstan! {
    pub axis Word;
    pub axis Sentence;

    /// Any two axes, of which the inner ones meet.
    pub fn product(A[n, m], B[m, Word]) -> C[n, Word] {
        C[i,j] = A[i,k]*B[k,j];
    }
}

pub fn apart(
    a: &TensorRef<f64, (Sentence, Sentence)>,
    b: &TensorRef<f64, (Word, Word)>,
) -> Result<Tensor<f64, (Sentence, Word)>, Error> {
    product(a, b)
}

fn main() {}
