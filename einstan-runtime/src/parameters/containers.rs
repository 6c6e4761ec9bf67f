//! Several parameters as one: lists, boxes and tuples.

use super::{Parameters, Path, Visit};
use crate::error::Error;

impl<P: Parameters> Parameters for Vec<P> {
    type Element = P::Element;

    fn visit<const R: usize, const W: usize>(
        path: &Path,
        read: [&Self; R],
        mut write: [&mut Self; W],
        visit: &mut impl Visit<P::Element, R, W>,
    ) -> Result<(), Error> {
        let read_lens = read.iter().map(|x| x.len());
        let mut lens = read_lens.chain(write.iter().map(|x| x.len()));
        let len = lens.next().unwrap_or(0);
        if let Some(other) = lens.find(|other| *other != len) {
            return Err(Error::items(path, len, other));
        }
        for at in 0..len {
            let write = write.each_mut().map(|x| &mut x[at]);
            P::visit(&path.item(at), read.map(|x| &x[at]), write, visit)?;
        }
        Ok(())
    }
}

impl<P: Parameters, const N: usize> Parameters for [P; N] {
    type Element = P::Element;

    fn visit<const R: usize, const W: usize>(
        path: &Path,
        read: [&Self; R],
        mut write: [&mut Self; W],
        visit: &mut impl Visit<P::Element, R, W>,
    ) -> Result<(), Error> {
        for at in 0..N {
            let write = write.each_mut().map(|x| &mut x[at]);
            P::visit(&path.item(at), read.map(|x| &x[at]), write, visit)?;
        }
        Ok(())
    }
}

impl<P: Parameters> Parameters for Box<P> {
    type Element = P::Element;

    fn visit<const R: usize, const W: usize>(
        path: &Path,
        read: [&Self; R],
        write: [&mut Self; W],
        visit: &mut impl Visit<P::Element, R, W>,
    ) -> Result<(), Error> {
        P::visit(path, read.map(|x| &**x), write.map(|x| &mut **x), visit)
    }
}

macro_rules! tuple {
    ([$first:ident $($name:ident $at:tt)*] $($more:tt)*) => {
        impl<$first: Parameters, $($name: Parameters<Element = $first::Element>),*> Parameters for ($first, $($name,)*) {
            type Element = $first::Element;

            fn visit<const R: usize, const W: usize>(
                path: &Path,
                read: [&Self; R],
                mut write: [&mut Self; W],
                visit: &mut impl Visit<Self::Element, R, W>,
            ) -> Result<(), Error> {
                let first = write.each_mut().map(|x| &mut x.0);
                $first::visit(&path.item(0), read.map(|x| &x.0), first, visit)?;
                $(
                    let next = write.each_mut().map(|x| &mut x.$at);
                    $name::visit(&path.item($at), read.map(|x| &x.$at), next, visit)?;
                )*
                Ok(())
            }
        }
        tuple!(@longer [$first $($name $at)*] $($more)*);
    };
    (@longer [$($all:tt)*] $next:ident $at:tt $($more:tt)*) => {
        tuple!([$($all)* $next $at] $($more)*);
    };
    (@longer $all:tt) => {};
}
tuple!([A] B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15);
