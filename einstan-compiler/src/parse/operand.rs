//! What begins with a word: names, accesses, calls, reductions, derivatives.

use super::cursor::{Cursor, Parsed, failure, join, reserved, syntax};
use super::token::{Kind, Token};
use super::words::{self, NORMALISERS};
use crate::ast::{Access, Annotated, Expr, ExprKind, Name, Path};
use crate::op::ReduceOp;
use crate::rule::Rule;
use proc_macro2::{Delimiter, Span};

impl Cursor<'_> {
    /// An operand whose first token is a word or `::`.
    pub fn operand(&mut self) -> Parsed<Expr> {
        let Some(word) = self.any_word() else {
            return self.path_call();
        };
        let follows = |d| self.peek_after(1).is_some_and(|t| t.is_group(d));
        // `a (Q, _) = f(A)` is no call of `a`: a `;` is missing.
        let assigned = self.peek_after(2).is_some_and(|t| t.is_op("="));
        let (parenthesis, bracket) = (
            follows(Delimiter::Parenthesis) && !assigned,
            follows(Delimiter::Bracket),
        );
        match word.text.as_str() {
            _ if self.peek_after(1).is_some_and(|t| t.is_op("::")) => self.path_call(),
            "d" if parenthesis => self.derivative(),
            "len" if parenthesis => self.len(),
            "pi" if !parenthesis && !bracket => Ok(self.constant(ExprKind::Pi)),
            "inf" if !parenthesis && !bracket => Ok(self.constant(ExprKind::Inf)),
            w if words::takes_index(w) && bracket => self.reduction(),
            w if words::takes_index(w) && parenthesis && !self.defines(w) => {
                self.reduction_without_index()
            }
            "where" if parenthesis && self.at_word("where") => not_here(&word),
            w if words::WRAPPERS.contains(&w) || words::OTHERS.contains(&w) => {
                self.misplaced(&word)
            }
            _ if parenthesis => self.path_call(),
            w if words::is_reserved(w) => self.misplaced(&word),
            _ if bracket => self.element(),
            _ => {
                let name = self.name("an expression")?;
                Ok(Expr {
                    span: name.span,
                    kind: ExprKind::Name(name),
                })
            }
        }
    }

    fn constant(&mut self, kind: ExprKind) -> Expr {
        let span = self.span();
        self.next();
        Expr { kind, span }
    }

    /// `X[i, j]` in an expression.
    fn element(&mut self) -> Parsed<Expr> {
        let name = self.name("an expression")?;
        if self
            .peek_after(1)
            .is_some_and(|t| t.is_group(Delimiter::Parenthesis))
        {
            return unknown_reduction(&name);
        }
        let access = self.access(name)?;
        Ok(Expr {
            span: access.span,
            kind: ExprKind::Access(access),
        })
    }

    /// Refuses a word of the notation that stands where it has no meaning.
    fn misplaced<T>(&self, name: &Name) -> Parsed<T> {
        let word = name.text.as_str();
        let message = match word {
            "if" => {
                return syntax(
                    name.span,
                    "an `if` inside a product or a sum stands in parentheses: `(if .. { .. } else { .. })`",
                );
            }
            "len" => "`len` is the length of a dimension: expected `len(n)`".to_string(),
            "pi" | "inf" => format!("`{word}` is a number and has neither brackets nor arguments"),
            _ if words::takes_index(word) => return needs_index(Rule::Reserved, name, None),
            _ if words::is_function(word) => format!(
                "`{word}` is a function of the notation and names nothing else: expected `{word}(..)`"
            ),
            _ if words::WRAPPERS.contains(&word) => {
                format!("`{word}` stands only around a whole subscript, like `X[{word}(i - 1)]`")
            }
            _ => return reserved(name, "an expression"),
        };
        failure(Rule::Reserved, name.span, message)
    }

    /// `[i, j]` after the name of a tensor.
    fn access(&mut self, tensor: Name) -> Parsed<Access> {
        let Some((inner, token)) = self.accept_group(Delimiter::Bracket) else {
            return self.expected("`[`");
        };
        if inner.at_end() {
            return no_index(token.span, &tensor);
        }
        let mut subscripts = Vec::new();
        for mut part in inner.split(",", "`,`") {
            let subscript = part.subscript()?;
            part.end_of_subscript()?;
            subscripts.push(subscript);
        }
        Ok(Access {
            span: join(tensor.span, token.span, tensor.span),
            tensor,
            subscripts,
        })
    }

    /// `nn::softmax(A)`, `f(a, b)`
    pub fn path_call(&mut self) -> Parsed<Expr> {
        let function = self.path()?;
        let Some(arguments) = self.arguments()? else {
            let text = function.tokens.to_string().replace(' ', "");
            return syntax(
                function.span,
                format!(
                    "a path is the name of a function: expected `{text}(..)`, found {}\nhelp: a constant of Rust stands in \
                     braces, `{{{text}}}`",
                    self.found()
                ),
            );
        };
        Ok(Expr {
            span: join(function.span, self.previous(), function.span),
            kind: ExprKind::Call {
                function,
                arguments,
            },
        })
    }

    fn path(&mut self) -> Parsed<Path> {
        let start = self.clone();
        let first = self.span();
        self.accept("::");
        let mut segments = Vec::new();
        loop {
            let Some(segment) = self.any_word().filter(|w| w.text != "_") else {
                return self.expected("the name of a function");
            };
            if segments.is_empty() && words::is_keyword(&segment.text) {
                let raw = matches!(
                    self.peek().map(|t| &t.kind),
                    Some(Kind::Word { raw: true, .. })
                );
                if !raw && !matches!(segment.text.as_str(), "crate" | "self" | "super" | "Self") {
                    return self.expected("an expression");
                }
            }
            self.next();
            segments.push(segment);
            if self.accept("::").is_none() {
                break;
            }
            if self.at_op("<") {
                return syntax(
                    self.span(),
                    "a function of the notation takes no types: they follow from its arguments",
                );
            }
        }
        let last = segments.last().map_or(first, |s: &Name| s.span);
        Ok(Path {
            segments,
            tokens: start.raw_until(self),
            span: join(first, last, last),
        })
    }

    /// `(a, b)`, if it is here.
    fn arguments(&mut self) -> Parsed<Option<Vec<Expr>>> {
        let Some((inner, _)) = self.accept_group(Delimiter::Parenthesis) else {
            return Ok(None);
        };
        inner
            .split(",", "`,`")
            .into_iter()
            .map(|mut part| part.whole_expr())
            .collect::<Parsed<Vec<Expr>>>()
            .map(Some)
    }

    /// `sum[i, j: m](e)`
    fn reduction(&mut self) -> Parsed<Expr> {
        let Some(function) = self.any_word() else {
            return self.expected("a reduction");
        };
        self.next();
        let word = &function.text;
        let Some((inner, brackets)) = self.accept_group(Delimiter::Bracket) else {
            return self.expected("`[`");
        };
        if inner.at_end() {
            return syntax(
                brackets.span,
                format!("expected an index in these brackets, like `{word}[i](..)`"),
            );
        }
        let mut indices = Vec::new();
        for mut part in inner.split(",", "`,`") {
            if part.at_op("..") {
                part.subscript()?;
            }
            let index = part.name("an index")?;
            let dimension = match part.accept(":") {
                Some(_) => Some(part.expr()?),
                None => None,
            };
            if !part.at_end() {
                let and = if dimension.is_some() { "" } else { " or `: n`" };
                return part.expected(&format!("`,`{and} after the index `{}`", index.text));
            }
            indices.push(Annotated { index, dimension });
        }
        let Some((mut inner, _)) = self.accept_group(Delimiter::Parenthesis) else {
            return failure(
                Rule::Reserved,
                function.span,
                format!(
                    "`{word}` is {} and names no tensor: expected `(` after its indices, found {}",
                    words::describe(word),
                    self.found()
                ),
            );
        };
        let body = inner.expr()?;
        if inner.at_op(",") {
            return syntax(
                inner.span(),
                format!("expected `)`, found `,`: `{word}[..]` is over one expression"),
            );
        }
        inner.end_of_expr()?;
        Ok(Expr {
            span: join(function.span, self.previous(), function.span),
            kind: ExprKind::Reduction {
                function,
                indices,
                body: Box::new(body),
            },
        })
    }

    /// `max(a, b)`; any other reduction needs its index.
    fn reduction_without_index(&mut self) -> Parsed<Expr> {
        let Some(name) = self.any_word() else {
            return self.expected("a reduction");
        };
        let tokens = match self.peek_after(1).map(|t| &t.kind) {
            Some(Kind::Group { tokens, .. }) => &tokens[..],
            _ => &[],
        };
        let arguments = tokens
            .split(|t| t.is_op(","))
            .filter(|part| !part.is_empty());
        // `max(x[i], axis=0)`
        let names_arguments = tokens.iter().any(|t| t.is_op("="));
        if words::is_function(&name.text) && arguments.count() == 2 && !names_arguments {
            return self.path_call();
        }
        needs_index(Rule::Syntax, &name, last_index(tokens))
    }

    /// `len(n)`
    fn len(&mut self) -> Parsed<Expr> {
        let word = self.span();
        self.next();
        let Some((mut inner, group)) = self.accept_group(Delimiter::Parenthesis) else {
            return self.expected("`(`");
        };
        let name = inner.name("the name of a dimension")?;
        if !inner.at_end() {
            return syntax(
                inner.span(),
                format!(
                    "expected `)`, found {}: `len` takes the name of one dimension",
                    inner.found()
                ),
            );
        }
        Ok(Expr {
            kind: ExprKind::Len(name),
            span: join(word, group.span, word),
        })
    }

    /// `d(Y[i,j]) / d(W[k,l])`
    fn derivative(&mut self) -> Parsed<Expr> {
        let first = self.span();
        let of = self.differential()?;
        if !self.at_op("/") {
            return incomplete_derivative(self.span(), &of, self.found());
        }
        self.next();
        let divisor = self.at_word("d")
            && self
                .peek_after(1)
                .is_some_and(|t| t.is_group(Delimiter::Parenthesis));
        if !divisor {
            return incomplete_derivative(self.span(), &of, self.found());
        }
        let by = self.differential()?;
        Ok(Expr {
            span: join(first, self.previous(), first),
            kind: ExprKind::Derivative { of, by },
        })
    }

    /// `d(Y[i,j])`
    fn differential(&mut self) -> Parsed<Access> {
        self.next();
        let Some((mut inner, _)) = self.accept_group(Delimiter::Parenthesis) else {
            return self.expected("`(`");
        };
        if inner
            .peek_after(1)
            .is_some_and(|t| t.is_group(Delimiter::Parenthesis))
        {
            return of_an_expression(&inner);
        }
        let tensor = inner.name("the name of a tensor or a scalar")?;
        let access = if inner.at_group(Delimiter::Bracket) {
            inner.deeper(|c| c.access(tensor))?
        } else {
            Access {
                span: tensor.span,
                tensor,
                subscripts: Vec::new(),
            }
        };
        if !inner.at_end() {
            return of_an_expression(&inner);
        }
        Ok(access)
    }
}

/// `d(exp(x[i]))`
fn of_an_expression<T>(at: &Cursor) -> Parsed<T> {
    syntax(
        at.span(),
        format!(
            "`d(..)` takes one tensor, found {}\nhelp: give the expression a name in an equation of its own above, \
             `y[i] = ..`, and write `d(y[i])`",
            at.found()
        ),
    )
}

/// `s[]`
pub(crate) fn no_index<T>(span: Span, tensor: &Name) -> Parsed<T> {
    let message = format!(
        "expected an index in these brackets: a scalar is written `{}`",
        tensor.text
    );
    syntax(span, message)
}

fn incomplete_derivative<T>(span: Span, of: &Access, found: String) -> Parsed<T> {
    let of = crate::ast::print::access(of);
    syntax(
        span,
        format!(
            "a derivative is written `d({of}) / d(x[k])`, of one tensor by another: expected `/ d(..)`, found {found}"
        ),
    )
}

/// The last index of the first access in these tokens: what other notations reduce along most often.
fn last_index(tokens: &[Token]) -> Option<&str> {
    tokens.iter().find_map(|token| match &token.kind {
        Kind::Group {
            delimiter: Delimiter::Bracket,
            tokens,
            ..
        } => match &tokens.last()?.kind {
            Kind::Word { text, .. } => Some(text.as_str()),
            _ => None,
        },
        Kind::Group { tokens, .. } => last_index(tokens),
        _ => None,
    })
}

/// `sum(x)`: which index?
fn needs_index<T>(rule: Rule, name: &Name, index: Option<&str>) -> Parsed<T> {
    let word = &name.text;
    let (usual, what) = if NORMALISERS.contains(&word.as_str()) {
        ("j", "along which index")
    } else {
        ("i", "over which index")
    };
    let index = index.unwrap_or(usual);
    let function = match word.as_str() {
        "max" | "min" => format!("; of two numbers it is `{word}(a, b)`"),
        _ => format!("; a function of that name is called by its path, like `nn::{word}(A)`"),
    };
    let message = format!("`{word}` must say {what}: write `{word}[{index}](..)`{function}");
    failure(rule, name.span, message)
}

/// `where(c, a, b)`: a word that Rust reserves, of another notation.
fn not_here<T>(name: &Name) -> Parsed<T> {
    let word = &name.text;
    let help = words::elsewhere(word).map_or(String::new(), |help| format!("\nhelp: {help}"));
    failure(
        Rule::UnknownFunction,
        name.span,
        format!("`{word}` is no function of this notation{help}"),
    )
}

/// `summ[k](..)`
fn unknown_reduction<T>(name: &Name) -> Parsed<T> {
    let word = &name.text;
    if words::is_reserved(word) {
        return reserved(name, "a reduction");
    }
    let all = ReduceOp::WORDS.iter().chain(NORMALISERS).copied();
    let near = words::nearest(word, all.clone().collect::<Vec<&str>>());
    let hint = match (words::elsewhere(word), near) {
        (Some(help), _) => help.to_string(),
        (None, Some(meant)) => format!("did you mean `{meant}`?"),
        (None, None) => format!("there are `{}`", all.collect::<Vec<_>>().join("`, `")),
    };
    failure(
        Rule::UnknownFunction,
        name.span,
        format!("no reduction is called `{word}`: {hint}"),
    )
}
