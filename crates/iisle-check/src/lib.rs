//! Rules over facts: what makes IIS answer 500.19, 500.3x or 502.5
