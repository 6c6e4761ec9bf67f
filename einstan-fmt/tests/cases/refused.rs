einstan! { pub fn good(x[n])->s { s=x[0]; } }
einstan! { pub fn bad(x[n])->s { s=x[0]+; } }
einstan! { [x] pub fn f(x[n])->s { s=x[0]; } }
einstan! { pub fn good(x[n])->s { s=x[0]; } }
