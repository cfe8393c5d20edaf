//! Prime numbers of up to 64 bits.

/// The largest limit up to which primes are listed: the sieve needs a byte for two numbers.
pub const LARGEST_LIMIT: u64 = 100000000; // @slot largest

/// Bases with which the Miller-Rabin test is exact for all numbers of 64 bits.
const WITNESSES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];

fn multiply(a: u64, b: u64, modulus: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(modulus)) as u64
}

fn power(mut base: u64, mut exponent: u64, modulus: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = multiply(result, base, modulus);
        }
        base = multiply(base, base, modulus);
        exponent /= 2;
    }
    result
}

/// Whether a number is prime, by the Miller-Rabin test.
pub fn is_prime(number: u64) -> bool {
    if number < 2 {
        return false;
    }
    for small in WITNESSES {
        if number % small == 0 {
            return number == small;
        }
    }
    let twos = (number - 1).trailing_zeros();
    let odd = (number - 1) >> twos;
    WITNESSES.iter().all(|&witness| {
        let mut x = power(witness, odd, number);
        if x == 1 || x == number - 1 {
            return true;
        }
        for _ in 1..twos {
            x = multiply(x, x, number);
            if x == number - 1 {
                return true;
            }
        }
        false
    })
}

/// The primes up to a limit, both included, by a sieve of the odd numbers. Nothing beyond
/// `LARGEST_LIMIT`.
pub fn primes_up_to(limit: u64) -> Option<Vec<u64>> {
    if limit > LARGEST_LIMIT {
        return None;
    }
    if limit < 2 {
        return Some(Vec::new());
    }
    let size = (limit as usize).div_ceil(2); // place i stands for 2 * i + 1
    let mut composite = vec![false; size];
    for at in 1.. {
        let prime = 2 * at + 1;
        if prime * prime > limit as usize {
            break;
        }
        if !composite[at] {
            composite[(prime * prime / 2).min(size)..]
                .iter_mut()
                .step_by(prime)
                .for_each(|c| *c = true);
        }
    }
    let odd = (1..size)
        .filter(|&at| !composite[at])
        .map(|at| 2 * at as u64 + 1);
    Some(std::iter::once(2).chain(odd).collect())
}

/// The greatest common divisor; that of zero and zero is zero.
pub fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

// @feature gcd
/// The least common multiple, if it fits.
pub fn lcm(a: u64, b: u64) -> Option<u64> {
    if a == 0 || b == 0 {
        return Some(0);
    }
    (a / gcd(a, b)).checked_mul(b)
}
// @end

// @feature next
/// The first prime greater than `number`, if one fits into 64 bits.
pub fn next_prime(number: u64) -> Option<u64> {
    (number..=u64::MAX).skip(1).find(|&n| is_prime(n))
}
// @end

// @feature factors
/// The prime factors with their exponents, in order. Zero and one have none.
pub fn factors(number: u64) -> Vec<(u64, u32)> {
    let mut primes = Vec::new();
    if number > 1 {
        split(number, &mut primes);
    }
    primes.sort_unstable();
    let mut factors: Vec<(u64, u32)> = Vec::new();
    for prime in primes {
        match factors.last_mut() {
            Some((last, exponent)) if *last == prime => *exponent += 1,
            _ => factors.push((prime, 1)),
        }
    }
    factors
}

fn split(number: u64, primes: &mut Vec<u64>) {
    if number == 1 {
        return;
    }
    if is_prime(number) {
        primes.push(number);
        return;
    }
    let divisor = WITNESSES
        .into_iter()
        .find(|&small| number % small == 0)
        .unwrap_or_else(|| {
            (1..)
                .find_map(|step| pollard(number, step))
                .unwrap_or(number)
        });
    split(divisor, primes);
    split(number / divisor, primes);
}

/// A divisor of an odd composite number by Pollard's rho method, unless this `step` finds none.
fn pollard(number: u64, step: u64) -> Option<u64> {
    let next =
        |x| ((u128::from(multiply(x, x, number)) + u128::from(step)) % u128::from(number)) as u64;
    let (mut slow, mut fast) = (2, 2);
    loop {
        slow = next(slow);
        fast = next(next(fast));
        let divisor = gcd(slow.abs_diff(fast), number);
        if divisor == number {
            return None;
        }
        if divisor > 1 {
            return Some(divisor);
        }
    }
}

/// Factors as a product, for example `2^3 * 3`.
pub fn product(factors: &[(u64, u32)]) -> String {
    let power = |&(prime, exponent): &(u64, u32)| match exponent {
        1 => prime.to_string(),
        _ => format!("{prime}^{exponent}"),
    };
    factors.iter().map(power).collect::<Vec<_>>().join(" * ")
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sieve_and_test_agree() {
        let primes = primes_up_to(1000).unwrap();
        let tested: Vec<u64> = (0..=1000).filter(|&n| is_prime(n)).collect();
        assert_eq!(primes, tested);
        assert_eq!(primes.len(), 168);
    }

    #[test]
    fn limits_are_included() {
        for (limit, count) in [
            (0, 0),
            (1, 0),
            (2, 1),
            (3, 2),
            (4, 2),
            (9, 4),
            (11, 5),
            (25, 9),
        ] {
            assert_eq!(primes_up_to(limit).unwrap().len(), count, "{limit}");
        }
        assert_eq!(primes_up_to(LARGEST_LIMIT + 1), None);
    }

    #[test]
    fn large_numbers_are_tested_exactly() {
        assert!(is_prime(18_446_744_073_709_551_557));
        assert!(!is_prime(u64::MAX));
        assert!(!is_prime(4_294_967_291 * 4_294_967_279));
    }

    #[test]
    fn numbers_that_pass_weaker_tests_are_found_out() {
        for number in [561, 41041, 3_215_031_751, 3_825_123_056_546_413_051] {
            assert!(!is_prime(number), "{number}");
        }
    }

    #[test]
    fn greatest_common_divisors() {
        assert_eq!(
            (gcd(12, 18), gcd(7, 0), gcd(0, 0), gcd(17, 5)),
            (6, 7, 0, 1)
        );
    }

    // @feature gcd
    #[test]
    fn least_common_multiples() {
        assert_eq!((lcm(4, 6), lcm(0, 5)), (Some(12), Some(0)));
        assert_eq!(lcm(u64::MAX, u64::MAX - 1), None);
    }
    // @end

    // @feature next
    #[test]
    fn next_primes() {
        assert_eq!(
            (next_prime(0), next_prime(7), next_prime(90)),
            (Some(2), Some(11), Some(97))
        );
        assert_eq!(next_prime(u64::MAX), None);
    }
    // @end

    // @feature factors
    #[test]
    fn factors_multiply_to_the_number() {
        for number in (2..500).chain([1 << 40, 600_851_475_143, 1_000_003 * 999_983]) {
            let factors = factors(number);
            assert!(factors.iter().all(|&(prime, _)| is_prime(prime)));
            assert_eq!(
                factors.iter().map(|&(p, e)| p.pow(e)).product::<u64>(),
                number
            );
        }
        assert!(factors(1).is_empty() && factors(0).is_empty());
        assert_eq!(product(&factors(360)), "2^3 * 3^2 * 5");
    }
    // @end
}
