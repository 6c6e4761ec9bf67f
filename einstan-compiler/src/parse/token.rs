//! Tokens as the parser sees them: operators of several characters are one, and invisible groups are gone.

use crate::ast::Name;
use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree};

/// Groups nested deeper than this are read as empty; the parser gives up long before.
const DEEPEST: usize = 160;

/// The operators of two characters. The last ones are no part of the notation but common slips.
pub const PAIRS: &[&str] = &[
    "<=", ">=", "==", "!=", "&&", "||", "->", "+=", "::", "..", "-=", "*=", "/=", "=>", "**",
];

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub kind: Kind,
    pub span: Span,
    /// The token as the user wrote it.
    pub raw: TokenStream,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A name or keyword, without `r#`; `raw` says whether it had one.
    Word {
        text: String,
        raw: bool,
    },
    Literal(String),
    Op(String),
    Group {
        delimiter: Delimiter,
        tokens: Vec<Token>,
        close: Span,
    },
}

impl Token {
    pub fn is_op(&self, op: &str) -> bool {
        matches!(&self.kind, Kind::Op(o) if o == op)
    }

    pub fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word { text, raw: false } if text == word)
    }

    /// The identifier that this is.
    pub fn name(&self) -> Option<Name> {
        match &self.kind {
            Kind::Word { text, .. } => Some(Name {
                text: text.clone(),
                span: self.span,
            }),
            _ => None,
        }
    }

    pub fn is_group(&self, wanted: Delimiter) -> bool {
        matches!(&self.kind, Kind::Group { delimiter, .. } if *delimiter == wanted)
    }

    /// The token in a message: `` `x` ``, and for a group its opening delimiter.
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Word { text, .. } | Kind::Literal(text) | Kind::Op(text) => format!("`{text}`"),
            Kind::Group { delimiter, .. } => match delimiter {
                Delimiter::Parenthesis => "`(`".into(),
                Delimiter::Bracket => "`[`".into(),
                _ => "`{`".into(),
            },
        }
    }
}

/// The tokens of `stream`.
pub(crate) fn tokens(stream: TokenStream) -> Vec<Token> {
    read(stream, 0)
}

fn read(stream: TokenStream, depth: usize) -> Vec<Token> {
    let mut found = Vec::new();
    if depth > DEEPEST {
        return found;
    }
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let span = tree.span();
        match &tree {
            TokenTree::Ident(ident) => {
                let written = ident.to_string();
                let bare = written.strip_prefix("r#");
                let kind = Kind::Word {
                    text: bare.unwrap_or(&written).to_string(),
                    raw: bare.is_some(),
                };
                found.push(Token {
                    kind,
                    span,
                    raw: tree.into(),
                });
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                found.push(match text.strip_prefix('-') {
                    Some(positive) => negative(positive, span, tree.into()),
                    None => Token {
                        kind: Kind::Literal(text),
                        span,
                        raw: tree.into(),
                    },
                });
            }
            TokenTree::Punct(punct) => {
                let mut text = punct.as_char().to_string();
                let mut span = span;
                let mut raw = TokenStream::from(tree.clone());
                if punct.spacing() == Spacing::Joint
                    && let Some(TokenTree::Punct(second)) = trees.peek()
                {
                    let pair = format!("{text}{}", second.as_char());
                    if PAIRS.contains(&pair.as_str()) {
                        text = pair;
                        span = span.join(second.span()).unwrap_or(span);
                        raw.extend(trees.next());
                    }
                }
                found.push(Token {
                    kind: Kind::Op(text),
                    span,
                    raw,
                });
            }
            TokenTree::Group(group) => {
                let inner = read(group.stream(), depth + 1);
                let delimiter = match group.delimiter() {
                    Delimiter::None if needs_parentheses(&inner) => Delimiter::Parenthesis,
                    Delimiter::None => {
                        found.extend(inner);
                        continue;
                    }
                    delimiter => delimiter,
                };
                let kind = Kind::Group {
                    delimiter,
                    tokens: inner,
                    close: group.span_close(),
                };
                found.push(Token {
                    kind,
                    span,
                    raw: tree.into(),
                });
            }
        }
    }
    found
}

/// How many tokens these are with those in their groups.
pub(crate) fn count(tokens: &[Token]) -> usize {
    let inner = |t: &Token| match &t.kind {
        Kind::Group { tokens, .. } => 1 + count(tokens),
        _ => 1,
    };
    tokens.iter().map(inner).sum()
}

/// `(-1)`, for a negative literal that another macro made.
fn negative(positive: &str, span: Span, raw: TokenStream) -> Token {
    let token = |kind| Token {
        kind,
        span,
        raw: raw.clone(),
    };
    token(Kind::Group {
        delimiter: Delimiter::Parenthesis,
        tokens: vec![
            token(Kind::Op("-".into())),
            token(Kind::Literal(positive.into())),
        ],
        close: span,
    })
}

/// Whether what a `macro_rules!` fragment captured is an expression that must stay together.
fn needs_parentheses(tokens: &[Token]) -> bool {
    const BINDING: &[&str] = &[
        "+", "-", "*", "/", "%", "^", "<", "<=", ">", ">=", "==", "!=", "&&", "||", "!", "**",
    ];
    const SEPARATING: &[&str] = &["=", "+=", "-=", ";", ",", ":", "->", "#", "=>"];
    let has = |ops: &[&str]| {
        tokens
            .iter()
            .any(|t| matches!(&t.kind, Kind::Op(o) if ops.contains(&o.as_str())))
    };
    (tokens.first().is_some_and(|t| t.is_word("if")) || has(BINDING)) && !has(SEPARATING)
}
