//! Parameters and results.

use super::{Binding, Declared, ResultAxis, ResultInfo, Scope};
use crate::ast::{
    Body, ElementType, Expr, ExprKind, Name, Number, Param, ParamKind, ResultDecl, Statement,
};
use crate::ir::{DimId, Element, Length, Parameter, Role};
use crate::rule::Rule;
use proc_macro2::Span;

/// What the elements of a tensor declared so are.
pub(crate) fn element(declared: Option<ElementType>) -> Element {
    match declared {
        None | Some(ElementType::F32 | ElementType::F64) => Element::Float,
        Some(t) => Element::Integer(t),
    }
}

impl Scope<'_> {
    /// Declares the parameters; returns the names of those that are arguments.
    pub(crate) fn parameters(&mut self, parameters: Vec<Param>) -> Vec<Name> {
        for (at, p) in parameters.iter().enumerate() {
            let mut before = parameters[..at].iter();
            if let Some(first) = before.find(|o| o.name.text == p.name.text) {
                self.twice(&p.name, first.name.span);
            }
        }
        for p in parameters.iter().filter(|p| p.kind == ParamKind::Dim) {
            let dim = self.f.add_dim(p.name.text.clone(), Length::Given);
            self.dims.insert(p.name.text.clone(), dim);
        }
        let mut names = Vec::new();
        for p in parameters {
            if p.kind == ParamKind::Dim {
                self.f
                    .parameters
                    .push(Parameter::Dim(self.dims[&p.name.text]));
                names.push(p.name);
                continue;
            }
            self.fix_element(p.element);
            let axes = p
                .dimensions
                .iter()
                .flatten()
                .map(|e| self.parameter_axis(e))
                .collect();
            let element = element(p.element.map(|(t, _)| t));
            let changed = p.kind == ParamKind::Mut;
            let constant = p.kind == ParamKind::Const || element != Element::Float || changed;
            let mut name = p.name;
            let id = self
                .f
                .add_tensor(&name.text, axes, element, Role::Parameter { constant });
            let length = self.dims.get(&name.text).map(|&d| &self.f.dim(d).length);
            let taken = self.tensors.contains_key(&name.text) || length == Some(&Length::Given);
            let binding = if taken {
                Binding::Poisoned
            } else {
                Binding::Tensor {
                    id,
                    parameter: true,
                    read: false,
                }
            };
            let poisoned = matches!(binding, Binding::Poisoned);
            if changed && !poisoned {
                self.mutable.insert(name.text.clone(), id);
            }
            self.tensors.insert(name.text.clone(), binding);
            self.f.parameters.push(Parameter::Tensor(id));
            if poisoned {
                // The items need a name that is free.
                name.text = format!("{}_{}", name.text, names.len());
            }
            names.push(name);
        }
        names
    }

    fn twice(&mut self, name: &Name, first: Span) {
        let text = format!("the parameter `{}` is declared twice", name.text);
        let other = (first, format!("`{}` is declared here first", name.text));
        self.diagnostics
            .error_beside(Rule::ParameterTwice, name.span, text, other);
    }

    /// `: f32` and `: f64` fix the element type of the whole function.
    fn fix_element(&mut self, element: Option<(ElementType, Span)>) {
        if let Some((t @ (ElementType::F32 | ElementType::F64), span)) = element {
            let (first, place) = *self.float.get_or_insert((t, span));
            if first != t {
                let text = format!(
                    "a function has one element type: this is `{}`, and `{}` is declared before",
                    t.word(),
                    first.word()
                );
                let other = (place, format!("`{}` is declared here first", first.word()));
                self.diagnostics
                    .error_beside(Rule::IntegerKind, span, text, other);
            }
            self.f.float = Some(first);
        }
    }

    fn parameter_axis(&mut self, e: &Expr) -> DimId {
        match &e.kind {
            ExprKind::Name(n) if self.is_axis(&n.text) && !self.is_given(&n.text) => {
                self.typed = true;
                self.axis(n)
            }
            ExprKind::Name(n) => self.named(&n.text),
            ExprKind::Number(Number::Whole(n)) => self.fixed(*n),
            ExprKind::Error => {
                self.failed = true;
                self.fixed(0)
            }
            _ => {
                let text = "a dimension of a parameter is a name or a number";
                self.diagnostics.error(Rule::Dimension, e.span, text);
                self.fixed(0)
            }
        }
    }

    /// Whether a `dim` parameter has this name.
    fn is_given(&self, name: &str) -> bool {
        let dim = self.dims.get(name);
        dim.is_some_and(|&d| self.f.dim(d).length == Length::Given)
    }

    fn named(&mut self, name: &str) -> DimId {
        if let Some(&dim) = self.dims.get(name) {
            return dim;
        }
        let dim = self.f.add_dim(name, Length::Named);
        self.dims.insert(name.to_string(), dim);
        dim
    }

    pub(crate) fn fixed(&mut self, n: u64) -> DimId {
        self.f.fixed(n)
    }

    /// Declares the results. A short form has none where its equations could not be parsed, which is reported already.
    pub(crate) fn declare_results(
        &mut self,
        results: Vec<ResultDecl>,
        function: Span,
        body: &Body,
    ) {
        let none = results.is_empty() && self.mutable.is_empty();
        if none && self.explicit && !self.unfinished {
            self.missing_result(function, body);
        }
        for r in results {
            self.fix_element(r.element);
            if let Some(first) = self.results.iter().find(|o| o.name.text == r.name.text) {
                let text = format!("the result `{}` is declared twice", r.name.text);
                self.defined_twice(&r.name, text, first.name.span);
                continue;
            }
            if matches!(
                self.tensors.get(&r.name.text),
                Some(Binding::Tensor {
                    parameter: true,
                    ..
                })
            ) {
                let text = format!(
                    "`{0}` is a parameter and can't be a result too\nhelp: give the result another name; or declare \
                     `mut {0}`, which the function changes, and leave it out here",
                    r.name.text
                );
                self.diagnostics
                    .error(Rule::ParameterDefined, r.name.span, text);
                // What defines it, or reads it as one, is no mistake of its own.
                self.tensors.insert(r.name.text.clone(), Binding::Poisoned);
            }
            let dimensions: Vec<&Expr> = r.dimensions.iter().flatten().collect();
            let axes = dimensions.iter().map(|e| self.result_axis(e)).collect();
            let declared = dimensions.iter().map(|e| self.declared_axis(e)).collect();
            self.results.push(ResultInfo {
                name: r.name,
                axes,
                declared,
                element: r.element.map(|(t, _)| t),
            });
        }
    }

    /// Reports that nothing is returned: the last equation says what may be meant.
    fn missing_result(&mut self, function: Span, body: &Body) {
        let name = &self.f.name;
        let last = body.statements.iter().rev().find_map(|s| match s {
            Statement::Equation(e) => Some(&e.left),
            Statement::Call { .. } => None,
        });
        let text = match last {
            Some(left) if self.tensors.contains_key(&left.tensor.text) => {
                let changed = left.tensor.text.clone();
                // That it is no parameter to be defined is said with this.
                self.tensors.insert(changed.clone(), Binding::Poisoned);
                format!(
                    "`{name}` has no result, and changes no parameter\nhelp: to change `{changed}` in place, declare it \
                     `mut {changed}`; or define a tensor of another name, and declare that after `->`"
                )
            }
            last => {
                let axes = last.map_or(1, |left| left.subscripts.len());
                let result = last.map_or("Y", |left| left.tensor.text.as_str());
                let axes = if axes == 0 { "" } else { "[..]" };
                format!("`{name}` has no result: declare one, `fn {name}(..) -> {result}{axes}`")
            }
        };
        self.diagnostics.error(Rule::MissingResult, function, text);
    }

    fn declared_axis(&mut self, e: &Expr) -> Declared {
        let ExprKind::Name(n) = &e.kind else {
            return Declared::Length;
        };
        if self.is_axis(&n.text) && !self.is_given(&n.text) {
            self.typed = true;
            self.uses_axis(n);
            return Declared::Axis(n.text.clone());
        }
        match self.dims.get(&n.text) {
            Some(&d) => Declared::Dimension(d),
            None => Declared::Length,
        }
    }

    fn result_axis(&mut self, e: &Expr) -> ResultAxis {
        match &e.kind {
            ExprKind::Name(n) => match self.dims.get(&n.text) {
                Some(&dim) => ResultAxis::Known(dim),
                None if self.fixed_axis(&n.text).is_some() => ResultAxis::Known(self.axis(n)),
                None => ResultAxis::New(n.text.clone(), n.span),
            },
            ExprKind::Number(Number::Whole(n)) => ResultAxis::Known(self.fixed(*n)),
            ExprKind::Error => {
                self.failed = true;
                ResultAxis::Poisoned
            }
            _ => match self.dimension_of(e) {
                Some(dim) => ResultAxis::Known(dim),
                None => ResultAxis::Poisoned,
            },
        }
    }
}
