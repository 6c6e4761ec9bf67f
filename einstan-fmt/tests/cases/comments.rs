einstan! { // opens
    // before the first

    /// Documentation,  as it is.  
    /** A block of it,
      as it is. */
    #[einstan(test( range = -1..1 ))] // behind an attribute
    // between
    pub fn f(x[n] /* the input */, // and
      // a line of its own
      w[n]) -> y[n] { // opens too


      // a line
         /* a block
            of lines */
      y[i] = x[i] // the first addend
      // between addends
        +w[i] /*no spaces*/*2; // the second
                               // goes on

      /* before */ y[i] += 1; /* behind */
      y[i] += 2;     // far
      y[i] += 20;    // below

      // before the end

    }


    // between functions
    fn g(x) = x; // behind


    fn h(x) = x /* // no end */ + {"// no comment".len()};

    // before the closing brace
}
