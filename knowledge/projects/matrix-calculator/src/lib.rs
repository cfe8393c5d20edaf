//! Small dense matrices of floating point numbers.

use std::fmt;

/// Digits after the decimal point at most.
pub const DECIMALS: usize = 6; // @slot decimals

/// Numbers that are smaller beside the others count as zero when rows are divided by them.
const TINY: f64 = 1e-12;

/// Why a calculation is not possible.
#[derive(Debug, Clone, PartialEq)]
pub enum MatrixError {
    Empty,
    BadNumber(String),
    RaggedRows,
    Shapes {
        left: (usize, usize),
        right: (usize, usize),
    },
    NotSquare((usize, usize)),
    Singular,
}

impl fmt::Display for MatrixError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            MatrixError::Empty => write!(f, "a matrix needs at least one number"),
            MatrixError::BadNumber(text) => write!(f, "'{text}' is not a number"),
            MatrixError::RaggedRows => write!(f, "the rows have different lengths"),
            MatrixError::Shapes { left, right } => write!(
                f,
                "the shapes {}x{} and {}x{} do not fit together",
                left.0, left.1, right.0, right.1
            ),
            MatrixError::NotSquare((rows, columns)) => {
                write!(f, "the matrix is {rows}x{columns}, not square")
            }
            MatrixError::Singular => write!(f, "the matrix is singular"),
        }
    }
}

impl std::error::Error for MatrixError {}

type Result<T> = std::result::Result<T, MatrixError>;

/// A matrix with at least one row and one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>, // row after row
}

impl Matrix {
    /// A matrix whose values are given by their row and column, counted from 0.
    pub fn from_fn(rows: usize, columns: usize, value: impl Fn(usize, usize) -> f64) -> Self {
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let values = places.map(|(row, column)| value(row, column)).collect();
        Matrix {
            rows,
            columns,
            values,
        }
    }

    pub fn identity(size: usize) -> Self {
        Self::from_fn(
            size,
            size,
            |row, column| if row == column { 1.0 } else { 0.0 },
        )
    }

    /// Reads rows separated by `;` or line breaks, numbers separated by white space or commas.
    pub fn parse(text: &str) -> Result<Self> {
        let mut values = Vec::new();
        let (mut rows, mut columns) = (0, 0);
        for row in text.split([';', '\n']).filter(|row| !row.trim().is_empty()) {
            let before = values.len();
            for word in row
                .split([' ', '\t', ',', '\r'])
                .filter(|word| !word.is_empty())
            {
                match word.parse::<f64>() {
                    Ok(value) if value.is_finite() => values.push(value),
                    _ => return Err(MatrixError::BadNumber(word.to_string())),
                }
            }
            let length = values.len() - before;
            if rows > 0 && length != columns {
                return Err(MatrixError::RaggedRows);
            }
            columns = length;
            rows += 1;
        }
        if values.is_empty() {
            Err(MatrixError::Empty)
        } else {
            Ok(Matrix {
                rows,
                columns,
                values,
            })
        }
    }

    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    pub fn get(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.columns + column]
    }

    pub fn add(&self, other: &Matrix) -> Result<Matrix> {
        self.combine(other, |a, b| a + b)
    }

    pub fn subtract(&self, other: &Matrix) -> Result<Matrix> {
        self.combine(other, |a, b| a - b)
    }

    fn combine(&self, other: &Matrix, operation: fn(f64, f64) -> f64) -> Result<Matrix> {
        if self.shape() != other.shape() {
            return Err(MatrixError::Shapes {
                left: self.shape(),
                right: other.shape(),
            });
        }
        let values = self
            .values
            .iter()
            .zip(&other.values)
            .map(|(a, b)| operation(*a, *b));
        Ok(Matrix {
            values: values.collect(),
            ..*self
        })
    }

    pub fn multiply(&self, other: &Matrix) -> Result<Matrix> {
        if self.columns != other.rows {
            return Err(MatrixError::Shapes {
                left: self.shape(),
                right: other.shape(),
            });
        }
        let product = |row, column| {
            (0..self.columns)
                .map(|k| self.get(row, k) * other.get(k, column))
                .sum::<f64>()
        };
        Ok(Matrix::from_fn(self.rows, other.columns, product))
    }

    pub fn transpose(&self) -> Matrix {
        Matrix::from_fn(self.columns, self.rows, |row, column| self.get(column, row))
    }

    // @feature determinant
    pub fn determinant(&self) -> Result<f64> {
        match self.eliminate(&Matrix::identity(self.rows)) {
            Ok((determinant, _)) => Ok(determinant),
            Err(MatrixError::Singular) => Ok(0.0),
            Err(error) => Err(error),
        }
    }
    // @end

    // @feature inverse
    pub fn inverse(&self) -> Result<Matrix> {
        self.eliminate(&Matrix::identity(self.rows))
            .map(|(_, inverse)| inverse)
    }
    // @end

    // @feature solve
    /// The matrix x with self * x = right; each column of `right` is a system of its own.
    pub fn solve(&self, right: &Matrix) -> Result<Matrix> {
        self.eliminate(right).map(|(_, solution)| solution)
    }
    // @end

    /// Gauss-Jordan elimination with row exchanges: the determinant, and what becomes of `right`.
    pub fn eliminate(&self, right: &Matrix) -> Result<(f64, Matrix)> {
        if self.rows != self.columns {
            return Err(MatrixError::NotSquare(self.shape()));
        }
        if right.rows != self.rows {
            return Err(MatrixError::Shapes {
                left: self.shape(),
                right: right.shape(),
            });
        }
        let largest = self
            .values
            .iter()
            .fold(0.0, |most: f64, value| most.max(value.abs()));
        let (mut left, mut right) = (self.clone(), right.clone());
        let mut determinant = 1.0;
        for at in 0..self.rows {
            let pivot = (at..self.rows)
                .max_by(|&a, &b| left.get(a, at).abs().total_cmp(&left.get(b, at).abs()))
                .unwrap_or(at);
            let value = left.get(pivot, at);
            if value.abs() <= largest * TINY {
                return Err(MatrixError::Singular);
            }
            if pivot != at {
                left.swap_rows(pivot, at);
                right.swap_rows(pivot, at);
                determinant = -determinant;
            }
            determinant *= value;
            left.scale_row(at, 1.0 / value);
            right.scale_row(at, 1.0 / value);
            for row in (0..self.rows).filter(|&row| row != at) {
                let factor = left.get(row, at);
                left.subtract_row(row, at, factor);
                right.subtract_row(row, at, factor);
            }
        }
        Ok((determinant, right))
    }

    fn swap_rows(&mut self, a: usize, b: usize) {
        for column in 0..self.columns {
            self.values
                .swap(a * self.columns + column, b * self.columns + column);
        }
    }

    fn scale_row(&mut self, row: usize, factor: f64) {
        let start = row * self.columns;
        self.values[start..start + self.columns]
            .iter_mut()
            .for_each(|value| *value *= factor);
    }

    fn subtract_row(&mut self, row: usize, other: usize, factor: f64) {
        for column in 0..self.columns {
            self.values[row * self.columns + column] -= factor * self.get(other, column);
        }
    }
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for row in self.values.chunks(self.columns) {
            let words: Vec<String> = row.iter().map(|&value| format_value(value)).collect();
            writeln!(f, "{}", words.join(" "))?;
        }
        Ok(())
    }
}

/// A number without needless zeros.
pub fn format_value(value: f64) -> String {
    let text = format!("{value:.DECIMALS$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    if text == "-0" { "0" } else { text }.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(text: &str) -> Matrix {
        Matrix::parse(text).unwrap()
    }

    fn close(a: &Matrix, b: &Matrix) -> bool {
        a.shape() == b.shape()
            && a.values
                .iter()
                .zip(&b.values)
                .all(|(a, b)| (a - b).abs() < 1e-9)
    }

    #[test]
    fn texts_become_matrices() {
        assert_eq!(matrix("1 2; 3,4").shape(), (2, 2));
        assert_eq!(matrix("1 2\n3 4\n"), matrix("1,2;3,4"));
        assert_eq!(Matrix::parse(" ; "), Err(MatrixError::Empty));
        assert_eq!(Matrix::parse("1 2; 3"), Err(MatrixError::RaggedRows));
        assert_eq!(
            Matrix::parse("1 x"),
            Err(MatrixError::BadNumber("x".into()))
        );
    }

    #[test]
    fn sums_and_differences() {
        let (a, b) = (matrix("1 2; 3 4"), matrix("5 6; 7 8"));
        assert_eq!(a.add(&b).unwrap(), matrix("6 8; 10 12"));
        assert_eq!(b.subtract(&a).unwrap(), matrix("4 4; 4 4"));
    }

    #[test]
    fn products() {
        let a = matrix("1 2 3; 4 5 6");
        assert_eq!(a.multiply(&matrix("1; 0; 2")).unwrap(), matrix("7; 16"));
        assert_eq!(a.multiply(&Matrix::identity(3)).unwrap(), a);
    }

    #[test]
    fn shapes_must_fit() {
        let a = matrix("1 2 3");
        assert!(matches!(a.multiply(&a), Err(MatrixError::Shapes { .. })));
        assert!(matches!(
            a.add(&a.transpose()),
            Err(MatrixError::Shapes { .. })
        ));
        assert!(matches!(
            a.eliminate(&a),
            Err(MatrixError::NotSquare((1, 3)))
        ));
    }

    #[test]
    fn transposing_twice_changes_nothing() {
        let a = matrix("1 2 3; 4 5 6");
        assert_eq!(a.transpose(), matrix("1 4; 2 5; 3 6"));
        assert_eq!(a.transpose().transpose(), a);
    }

    #[test]
    fn elimination_exchanges_rows() {
        let (determinant, inverse) = matrix("0 2; 1 0").eliminate(&Matrix::identity(2)).unwrap();
        assert!((determinant + 2.0).abs() < 1e-12);
        assert!(close(&inverse, &matrix("0 1; 0.5 0")));
    }

    // @feature determinant
    #[test]
    fn determinants() {
        assert!((matrix("2 0 1; 1 3 2; 1 1 4").determinant().unwrap() - 18.0).abs() < 1e-9);
        assert_eq!(matrix("1 2; 2 4").determinant(), Ok(0.0));
    }
    // @end

    // @feature inverse
    #[test]
    fn a_matrix_times_its_inverse_is_the_identity() {
        let a = matrix("4 7 2; 3 6 1; 2 5 3");
        assert!(close(
            &a.multiply(&a.inverse().unwrap()).unwrap(),
            &Matrix::identity(3)
        ));
        assert_eq!(matrix("1 2; 2 4").inverse(), Err(MatrixError::Singular));
    }
    // @end

    // @feature solve
    #[test]
    fn equations_are_solved() {
        let solution = matrix("2 1; 1 3").solve(&matrix("3; 5")).unwrap();
        assert!(close(&solution, &matrix("0.8; 1.4")));
        assert!(matrix("2 1; 1 3").solve(&matrix("1")).is_err());
    }
    // @end
}
