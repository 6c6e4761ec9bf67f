einstan! { pub fn outer(X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i,j] = X[i,k]*W[k,j] + b[j]; } pub fn more(x[n]) -> s { s = 1; } }
einstan! {
    pub fn statements(x[n]) -> s { first[i] = x[i]^2; second[i] = first[i]*x[i]; s = sum[i](first[i] + second[i]); done = 1; }
    pub fn results(X[n, c, h, w], K[o, c, r, s], b[o], dim stride, dim padding) -> Y[n, o, (h + 2*padding - r)/stride + 1] {
        Y[i,j,y] = X[i,j,y,0];
    }
    pub fn parameters(X[n, c, h, w], K1[o, c, r, s], b1[o], K2[o, c, r, s], b2[o], K3[o, c, r, s], b3[o], K4[o, c, r, s], b4[o]) -> Y[n, o] {
        Y[i,j] = X[i,j,0,0]*K1[j,0,0,0]*K2[j,0,0,0] + b1[j] + b2[j] + exp(X[i,j,0,0]*K3[j,0,0,0]) + b3[j] + X[i,j,0,0]*K4[j,0,0,0] + b4[j];
        Z[i,j] = sum[k,l](a_tensor_of_a_long_name[i,j,k,l] + another_tensor_of_a_long_name[i,j,k,l] + third_tensor[i,j,k,l]);
        H = a_function_of_a_long_name(the_first_argument, the_second_argument, the_third_argument, the_fourth_argument, five);
        V[i] = if i < 2 { the_first_value_of_a_long_name[i] } else if i < 4 { the_second_value_of_a_long_name[i] } else { 0*x[i] };
        P[i,j] = the_first_factor_of_a_long_name[i,j,k] * the_second_factor_of_a_long_name[i,j,k] * the_third_factor[i,j,k];
        a_left_hand_side_of_a_long_name[i, j, k] = a_right_hand_side_of_a_long_name_that_cannot_be_divided[i, j, k, 1, 2, 3, 4];
    }
}
