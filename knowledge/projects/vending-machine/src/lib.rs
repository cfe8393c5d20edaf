//! A vending machine: coins in, goods and change out. Amounts are whole cents.
//!
//! Change is paid from the coins that are there. A sale whose change cannot be paid is refused, so
//! that no customer loses money.

use std::collections::BTreeMap;
use std::fmt;

/// The most that may be inserted at a time, in cents.
pub const MAX_CREDIT: u32 = 1000; // @slot credit
/// Items that fit into one compartment.
pub const COMPARTMENT: u32 = 10; // @slot compartment
pub const CURRENCY: &str = "EUR"; // @slot currency
/// Coins taken, from the largest.
pub const COINS: [u32; 6] = [200, 100, 50, 20, 10, 5];

/// An amount as people write it.
pub fn money(cents: u32) -> String {
    format!("{}.{:02} {CURRENCY}", cents / 100, cents % 100)
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub name: String,
    pub price: u32,
    pub stock: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    UnknownCoin(u32),
    TooMuchCredit,
    UnknownProduct(String),
    SoldOut(String),
    NotEnough {
        missing: u32,
    },
    /// There are no coins for this change.
    NoChange(u32),
    WrongCode,               // @feature service
    CompartmentFull(String), // @feature service
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Refusal::UnknownCoin(coin) => write!(f, "coins of {coin} cents are not taken"),
            Refusal::TooMuchCredit => write!(f, "at most {} at a time", money(MAX_CREDIT)),
            Refusal::UnknownProduct(code) => write!(f, "there is no product {code}"),
            Refusal::SoldOut(name) => write!(f, "{name} is sold out"),
            Refusal::NotEnough { missing } => write!(f, "{} are missing", money(*missing)),
            Refusal::NoChange(change) => write!(
                f,
                "cannot give {} back: choose another product or ask for a refund",
                money(*change)
            ),
            // @feature service
            Refusal::WrongCode => f.write_str("wrong service code"),
            Refusal::CompartmentFull(code) => write!(f, "{code} holds at most {COMPARTMENT} items"),
            // @end
        }
    }
}

impl std::error::Error for Refusal {}

/// What comes out after a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    pub product: String,
    /// Coins, from the largest.
    pub change: Vec<u32>,
}

/// Without credit the machine is idle; with credit it waits for a choice.
#[derive(Debug, Clone)]
pub struct Machine {
    products: BTreeMap<String, Product>,
    /// How many coins of each kind are in the box.
    coins: BTreeMap<u32, u32>,
    credit: u32,
    inserted: Vec<u32>,
    sold: BTreeMap<String, (u32, u32)>, // @feature report
}

impl Default for Machine {
    /// A machine with a few products and coins for change.
    fn default() -> Self {
        let goods = [
            ("A1", "water", 120),
            ("A2", "cola", 180),
            ("B1", "crisps", 150),
            ("B2", "chocolate", 95),
        ];
        let product = |(code, name, price): (&str, &str, u32)| {
            let product = Product {
                name: name.to_string(),
                price,
                stock: COMPARTMENT.min(5),
            };
            (code.to_string(), product)
        };
        Machine::new(goods.map(product), COINS.map(|coin| (coin, 10)))
    }
}

impl Machine {
    pub fn new(
        products: impl IntoIterator<Item = (String, Product)>,
        coins: impl IntoIterator<Item = (u32, u32)>,
    ) -> Self {
        Machine {
            products: products.into_iter().collect(),
            coins: coins.into_iter().collect(),
            credit: 0,
            inserted: Vec::new(),
            sold: BTreeMap::new(), // @feature report
        }
    }

    pub fn credit(&self) -> u32 {
        self.credit
    }

    /// Codes and products.
    pub fn products(&self) -> impl Iterator<Item = (&str, &Product)> {
        self.products
            .iter()
            .map(|(code, product)| (code.as_str(), product))
    }

    /// Takes a coin; returns the credit.
    pub fn insert(&mut self, coin: u32) -> Result<u32, Refusal> {
        if !COINS.contains(&coin) {
            return Err(Refusal::UnknownCoin(coin));
        }
        if self.credit + coin > MAX_CREDIT {
            return Err(Refusal::TooMuchCredit);
        }
        *self.coins.entry(coin).or_insert(0) += 1;
        self.inserted.push(coin);
        self.credit += coin;
        Ok(self.credit)
    }

    /// Sells a product. When it is refused the credit stays.
    pub fn select(&mut self, code: &str) -> Result<Sale, Refusal> {
        let product = self
            .products
            .get_mut(code)
            .ok_or(Refusal::UnknownProduct(code.to_string()))?;
        if product.stock == 0 {
            return Err(Refusal::SoldOut(product.name.clone()));
        }
        let Some(due) = self.credit.checked_sub(product.price) else {
            let missing = product.price - self.credit;
            return Err(Refusal::NotEnough { missing });
        };
        let change = change_for(due, &self.coins).ok_or(Refusal::NoChange(due))?;
        product.stock -= 1;
        let (name, _price) = (product.name.clone(), product.price);
        // @feature report
        let sold = self.sold.entry(name.clone()).or_insert((0, 0));
        *sold = (sold.0 + 1, sold.1 + _price);
        // @end
        self.pay_out(&change);
        Ok(Sale {
            product: name,
            change,
        })
    }

    /// Gives the inserted coins back.
    pub fn refund(&mut self) -> Vec<u32> {
        let mut coins = std::mem::take(&mut self.inserted);
        coins.sort_unstable_by(|a, b| b.cmp(a));
        self.pay_out(&coins);
        coins
    }

    fn pay_out(&mut self, coins: &[u32]) {
        for coin in coins {
            if let Some(count) = self.coins.get_mut(coin) {
                *count -= 1;
            }
        }
        self.credit = 0;
        self.inserted.clear();
    }

    // @feature service
    /// Fills a compartment up; returns the new stock.
    pub fn restock(&mut self, service_code: &str, code: &str, count: u32) -> Result<u32, Refusal> {
        if service_code != SERVICE_CODE {
            return Err(Refusal::WrongCode);
        }
        let product = self
            .products
            .get_mut(code)
            .ok_or(Refusal::UnknownProduct(code.to_string()))?;
        match product.stock.checked_add(count) {
            Some(stock) if stock <= COMPARTMENT => product.stock = stock,
            _ => return Err(Refusal::CompartmentFull(code.to_string())),
        }
        Ok(product.stock)
    }
    // @end

    // @feature report
    /// What was sold: name, how often, for how much.
    pub fn report(&self) -> Vec<(&str, u32, u32)> {
        let rows = self.sold.iter();
        rows.map(|(name, (count, cents))| (name.as_str(), *count, *cents))
            .collect()
    }
    // @end
}

// @feature service
/// What the service staff has to say first.
pub const SERVICE_CODE: &str = "2468";
// @end

/// The fewest coins that make up the amount, from those that are there.
fn change_for(amount: u32, coins: &BTreeMap<u32, u32>) -> Option<Vec<u32>> {
    // best[sum] is the shortest way found to pay `sum` with the kinds of coins seen so far.
    let mut best: Vec<Option<Vec<u32>>> = vec![None; amount as usize + 1];
    best[0] = Some(Vec::new());
    for (&coin, &count) in coins.iter().rev().filter(|(coin, _)| **coin > 0) {
        for sum in (0..best.len()).rev() {
            // How many of this coin to add: each number is tried on the ways without it.
            let ways = (1..=count as usize).map_while(|times| {
                let rest = sum.checked_sub(times * coin as usize)?;
                Some((times, rest))
            });
            for (times, rest) in ways {
                let Some(way) = &best[rest] else { continue };
                if best[sum]
                    .as_ref()
                    .is_none_or(|old| way.len() + times < old.len())
                {
                    let longer = [way.as_slice(), &vec![coin; times]].concat();
                    best[sum] = Some(longer);
                }
            }
        }
    }
    best.pop().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paid(coins: &[u32]) -> Machine {
        let mut machine = Machine::default();
        for coin in coins {
            machine.insert(*coin).unwrap();
        }
        machine
    }

    fn poor(coins: &[(u32, u32)]) -> Machine {
        let tea = Product {
            name: "tea".to_string(),
            price: 40,
            stock: 1,
        };
        Machine::new([("T".to_string(), tea)], coins.iter().copied())
    }

    #[test]
    fn a_sale_gives_change_and_ends_the_credit() {
        let mut machine = paid(&[100, 50]);
        let sale = machine.select("A1").unwrap();
        assert_eq!(
            (sale.product.as_str(), sale.change),
            ("water", vec![20, 10])
        );
        assert_eq!(machine.credit(), 0);
        assert!(machine.refund().is_empty());
    }

    #[test]
    fn too_little_money_keeps_the_credit() {
        let mut machine = paid(&[100]);
        assert_eq!(
            machine.select("A1"),
            Err(Refusal::NotEnough { missing: 20 })
        );
        assert_eq!(machine.credit(), 100);
        assert_eq!(machine.refund(), [100]);
    }

    #[test]
    fn a_product_sells_out() {
        let mut machine = poor(&[]);
        for coin in [20, 20] {
            machine.insert(coin).unwrap();
        }
        assert_eq!(machine.select("T").unwrap().change, []);
        assert_eq!(
            machine.select("T"),
            Err(Refusal::SoldOut("tea".to_string()))
        );
        assert_eq!(
            machine.select("X"),
            Err(Refusal::UnknownProduct("X".to_string()))
        );
    }

    #[test]
    fn no_sale_without_change() {
        let mut machine = poor(&[]);
        machine.insert(50).unwrap();
        assert_eq!(machine.select("T"), Err(Refusal::NoChange(10)));
        assert_eq!(machine.refund(), [50]);
    }

    #[test]
    fn change_needs_more_than_the_largest_coin_first() {
        let coins = BTreeMap::from([(50, 1), (20, 3)]);
        assert_eq!(change_for(60, &coins), Some(vec![20, 20, 20]));
        assert_eq!(change_for(110, &coins), Some(vec![50, 20, 20, 20]));
        assert_eq!(change_for(80, &coins), None);
        assert_eq!(change_for(0, &coins), Some(vec![]));
    }

    #[test]
    fn coins_and_credit_are_checked() {
        let mut machine = Machine::default();
        assert_eq!(machine.insert(3), Err(Refusal::UnknownCoin(3)));
        while machine.credit() + 200 <= MAX_CREDIT {
            machine.insert(200).unwrap();
        }
        assert_eq!(machine.insert(200), Err(Refusal::TooMuchCredit));
    }

    // @feature service
    #[test]
    fn restocking_needs_the_code_and_room() {
        let mut machine = Machine::default();
        assert_eq!(machine.restock("0000", "A1", 1), Err(Refusal::WrongCode));
        let full = Err(Refusal::CompartmentFull("A1".to_string()));
        assert_eq!(machine.restock(SERVICE_CODE, "A1", COMPARTMENT + 1), full);
        let room = COMPARTMENT - COMPARTMENT.min(5);
        assert_eq!(machine.restock(SERVICE_CODE, "A1", room), Ok(COMPARTMENT));
    }
    // @end

    // @feature report
    #[test]
    fn sales_are_added_up() {
        let mut machine = paid(&[100, 20]);
        machine.select("A1").unwrap();
        machine.insert(100).unwrap();
        machine.select("B2").unwrap();
        assert_eq!(machine.report(), [("chocolate", 1, 95), ("water", 1, 120)]);
    }
    // @end
}
