//! Statistics of a list of numbers.

use std::fmt;

/// Digits after the decimal point in reports.
pub const DECIMALS: usize = 3; // @slot decimals

// @feature histogram
/// Bars of a histogram.
pub const BINS: usize = 10; // @slot bins
                            // @end

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatsError {
    NotANumber(String),
    NoNumbers,
}

impl fmt::Display for StatsError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            StatsError::NotANumber(text) => write!(f, "'{text}' is not a number"),
            StatsError::NoNumbers => write!(f, "there are no numbers"),
        }
    }
}

impl std::error::Error for StatsError {}

/// At least one number, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    sorted: Vec<f64>,
}

impl Sample {
    /// Only finite numbers are accepted.
    pub fn new(mut numbers: Vec<f64>) -> Result<Self, StatsError> {
        if let Some(number) = numbers.iter().find(|number| !number.is_finite()) {
            return Err(StatsError::NotANumber(number.to_string()));
        }
        if numbers.is_empty() {
            return Err(StatsError::NoNumbers);
        }
        numbers.sort_by(f64::total_cmp);
        Ok(Sample { sorted: numbers })
    }

    /// Numbers separated by white space, commas or semicolons.
    pub fn parse(text: &str) -> Result<Self, StatsError> {
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
        let number = |word: &str| {
            word.parse::<f64>()
                .map_err(|_| StatsError::NotANumber(word.to_string()))
        };
        Self::new(
            words
                .filter(|word| !word.is_empty())
                .map(number)
                .collect::<Result<_, _>>()?,
        )
    }

    pub fn count(&self) -> usize {
        self.sorted.len()
    }

    pub fn min(&self) -> f64 {
        self.sorted[0]
    }

    pub fn max(&self) -> f64 {
        self.sorted[self.count() - 1]
    }

    pub fn mean(&self) -> f64 {
        self.sorted.iter().sum::<f64>() / self.count() as f64
    }

    pub fn median(&self) -> f64 {
        let count = self.count();
        (self.sorted[(count - 1) / 2] + self.sorted[count / 2]) / 2.0
    }

    /// The variance of the sample; a single number has none.
    pub fn variance(&self) -> Option<f64> {
        let mean = self.mean();
        let squares: f64 = self
            .sorted
            .iter()
            .map(|number| (number - mean).powi(2))
            .sum();
        (self.count() > 1).then(|| squares / (self.count() - 1) as f64)
    }

    pub fn standard_deviation(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    // @feature quartiles
    /// The number below which `percent` of the sample lie, between neighbours in proportion.
    pub fn percentile(&self, percent: f64) -> f64 {
        let place = percent.clamp(0.0, 100.0) / 100.0 * (self.count() - 1) as f64;
        let (below, above) = (
            self.sorted[place.floor() as usize],
            self.sorted[place.ceil() as usize],
        );
        below + (above - below) * place.fract()
    }

    /// The first and the third quartile.
    pub fn quartiles(&self) -> (f64, f64) {
        (self.percentile(25.0), self.percentile(75.0))
    }
    // @end

    // @feature outliers
    /// The numbers more than one and a half times the middle half's width away from it.
    pub fn outliers(&self) -> Vec<f64> {
        let (first, third) = self.quartiles();
        let reach = 1.5 * (third - first);
        let usual = first - reach..=third + reach;
        self.sorted
            .iter()
            .copied()
            .filter(|number| !usual.contains(number))
            .collect()
    }
    // @end

    // @feature mode
    /// The most frequent numbers and how often they occur.
    pub fn modes(&self) -> (Vec<f64>, usize) {
        let runs: Vec<&[f64]> = self.sorted.chunk_by(|a, b| a == b).collect();
        let most = runs.iter().map(|run| run.len()).max().unwrap_or(0);
        (
            runs.iter()
                .filter(|run| run.len() == most)
                .map(|run| run[0])
                .collect(),
            most,
        )
    }
    // @end

    // @feature histogram
    /// How many numbers lie in each of `bins` equal intervals from the least to the greatest.
    pub fn histogram(&self, bins: usize) -> Vec<usize> {
        let mut counts = vec![0; bins.max(1)];
        let width = self.max() - self.min();
        for number in &self.sorted {
            let share = if width > 0.0 {
                (number - self.min()) / width
            } else {
                0.0
            };
            let bin = (share * counts.len() as f64) as usize;
            let last = counts.len() - 1;
            counts[bin.min(last)] += 1;
        }
        counts
    }

    /// The histogram as bars; the longest has forty characters.
    pub fn draw_histogram(&self, bins: usize) -> String {
        let counts = self.histogram(bins);
        let most = counts.iter().copied().max().unwrap_or(1).max(1);
        let width = (self.max() - self.min()) / counts.len() as f64;
        let bar = |(at, &count): (usize, &usize)| {
            let start = self.min() + width * at as f64;
            format!(
                "{start:>12.DECIMALS$} {:<40} {count}\n",
                "#".repeat(count * 40 / most)
            )
        };
        counts.iter().enumerate().map(bar).collect()
    }
    // @end

    /// What every sample is described by, a line for each.
    pub fn report(&self) -> String {
        let lines = [
            ("mean", Some(self.mean())),
            ("median", Some(self.median())),
            ("min", Some(self.min())),
            ("max", Some(self.max())),
            ("variance", self.variance()),
            ("standard deviation", self.standard_deviation()),
        ];
        let line = |(name, value): (&str, Option<f64>)| {
            value.map(|value| format!("{name} {value:.DECIMALS$}\n"))
        };
        let lines: String = lines.into_iter().filter_map(line).collect();
        format!("count {}\n{lines}", self.count())
    }
}

/// The numbers, each behind a space.
pub fn joined(numbers: &[f64]) -> String {
    numbers.iter().map(|number| format!(" {number}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str) -> Sample {
        Sample::parse(text).unwrap()
    }

    #[test]
    fn texts_are_read() {
        assert_eq!(sample("3, 1;2\n"), sample("1 2 3"));
        assert_eq!(Sample::parse(" "), Err(StatsError::NoNumbers));
        assert_eq!(
            Sample::parse("1 x"),
            Err(StatsError::NotANumber("x".into()))
        );
        assert!(Sample::parse("1 NaN").is_err());
    }

    #[test]
    fn middle_values() {
        assert_eq!(sample("1 2 3 10").mean(), 4.0);
        assert_eq!(sample("10 1 3 2").median(), 2.5);
        assert_eq!(sample("5 1 9").median(), 5.0);
    }

    #[test]
    fn spread() {
        assert_eq!(sample("2 4 4 4 5 5 7 9").variance(), Some(32.0 / 7.0));
        assert_eq!(sample("3 3 3").standard_deviation(), Some(0.0));
        assert_eq!(sample("3").variance(), None);
    }

    #[test]
    fn ends() {
        let sample = sample("4 -2 8");
        assert_eq!((sample.min(), sample.max(), sample.count()), (-2.0, 8.0, 3));
    }

    #[test]
    fn reports_leave_out_what_is_unknown() {
        assert!(sample("1 2").report().contains("variance"));
        assert!(!sample("1").report().contains("variance"));
    }

    // @feature quartiles
    #[test]
    fn percentiles_lie_between_neighbours() {
        let sample = sample("1 2 3 4 5");
        assert_eq!(sample.quartiles(), (2.0, 4.0));
        assert_eq!(
            (sample.percentile(0.0), sample.percentile(100.0)),
            (1.0, 5.0)
        );
        assert_eq!(sample.percentile(90.0), 4.6);
    }
    // @end

    // @feature outliers
    #[test]
    fn outliers_are_far_away() {
        assert_eq!(sample("1 2 3 4 100").outliers(), [100.0]);
        assert!(sample("1 2 3").outliers().is_empty());
    }
    // @end

    // @feature mode
    #[test]
    fn modes_can_be_several() {
        assert_eq!(sample("1 2 2 3 3").modes(), (vec![2.0, 3.0], 2));
    }
    // @end

    // @feature histogram
    #[test]
    fn every_number_is_in_a_bin() {
        assert_eq!(sample("0 1 2 3 4 4").histogram(2), [2, 4]);
        assert_eq!(sample("7 7").histogram(3), [2, 0, 0]);
        assert_eq!(sample("1 2 3").draw_histogram(BINS).lines().count(), BINS);
    }
    // @end
}
