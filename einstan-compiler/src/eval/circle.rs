//! Tensors of a circle, element by element as they are asked for: nothing is known here of the order that the compiler finds.

use super::{Dense, Machine};
use crate::ir::{Equation, ExprId, IndexId, Subscript, TensorId};

/// A tensor of a circle.
pub(super) struct Asked {
    equations: Vec<Equation>,
    shape: Vec<usize>,
    elements: Vec<Element>,
}

#[derive(Clone, Copy)]
enum Element {
    Unknown,
    /// Its value is being computed.
    Begun,
    Known(f64),
}

impl Machine<'_> {
    pub(super) fn circle(&mut self, equations: &[Equation]) -> Result<(), String> {
        for e in equations {
            let shape = self.shape(e.tensor)?;
            let asked = self.asked.entry(e.tensor).or_insert_with(|| Asked {
                equations: Vec::new(),
                elements: vec![Element::Unknown; shape.iter().product()],
                shape,
            });
            asked.equations.push(e.clone());
        }
        let tensors: Vec<TensorId> = self.asked.keys().copied().collect();
        for tensor in tensors {
            let shape = self.asked[&tensor].shape.clone();
            let mut value = Dense::filled(shape.clone(), 0.0);
            for place in 0..value.data.len() {
                value.data[place] = self.element(tensor, &position(&shape, place))?;
            }
            self.tensors.insert(tensor, value);
        }
        self.asked.clear();
        Ok(())
    }

    /// An element of a tensor of the circle at hand.
    pub(super) fn element(&mut self, tensor: TensorId, at: &[i64]) -> Result<f64, String> {
        let asked = &self.asked[&tensor];
        let offset = Dense::filled(asked.shape.clone(), 0.0).offset(at)?;
        match asked.elements[offset] {
            Element::Known(value) => return Ok(value),
            Element::Begun => {
                let name = &self.f.tensor(tensor).name;
                return Err(format!("`{name}` at {at:?} depends on itself"));
            }
            Element::Unknown => {}
        }
        let equations = asked.equations.clone();
        self.begin(tensor, offset, Element::Begun);
        let env = std::mem::take(&mut self.env);
        let mut value = 0.0;
        for e in &equations {
            value += self.contribution(e, at)?;
        }
        self.env = env;
        self.begin(tensor, offset, Element::Known(value));
        Ok(value)
    }

    fn begin(&mut self, tensor: TensorId, offset: usize, element: Element) {
        if let Some(asked) = self.asked.get_mut(&tensor) {
            asked.elements[offset] = element;
        }
    }

    /// What an equation puts at a position.
    fn contribution(&mut self, e: &Equation, at: &[i64]) -> Result<f64, String> {
        for (s, &position) in e.left.iter().zip(at) {
            if let Subscript::Index(i) = *s
                && self
                    .env
                    .insert(i, position as usize)
                    .is_some_and(|p| p as i64 != position)
            {
                return Ok(0.0);
            }
        }
        let mut rest: Vec<IndexId> = self.f.exprs.indices_of(&e.left);
        rest.retain(|i| !self.env.contains_key(i));
        let (mut sum, right): (f64, ExprId) = (0.0, e.right);
        self.each(&rest, &mut |m| {
            if m.positions(&e.left)? == at {
                sum += m.number(right)?;
            }
            Ok(())
        })?;
        self.env.clear();
        Ok(sum)
    }
}

/// The position of an element in C order.
fn position(shape: &[usize], place: usize) -> Vec<i64> {
    let mut rest = place;
    let mut at: Vec<i64> = shape
        .iter()
        .rev()
        .map(|&n| {
            let i = rest % n;
            rest /= n;
            i as i64
        })
        .collect();
    at.reverse();
    at
}
