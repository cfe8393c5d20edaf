//! Goods in stock, kept as a CSV table with the columns sku, name, quantity and price.

use std::fmt;

/// The first line of the file.
pub const HEADER: &str = "sku,name,quantity,price";

/// Items of which no more than this are left are low on stock.
pub const LOW_LEVEL: u32 = 5; // @slot low_level

/// One kind of goods. Prices are in cents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub sku: String,
    pub name: String,
    pub quantity: u32,
    pub price: u64,
}

/// Why a command or a file is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StockError {
    BadLine { line: usize, reason: String },
    BadQuantity(String),
    BadPrice(String),
    BadSku(String),
    Exists(String),
    Unknown(String),
    NotEnough { sku: String, quantity: u32 },
    TooMany(String),
}

impl fmt::Display for StockError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            StockError::BadLine { line, reason } => write!(f, "line {line}: {reason}"),
            StockError::BadQuantity(text) => write!(f, "'{text}' is not a quantity"),
            StockError::BadPrice(text) => write!(f, "'{text}' is not a price like 12.34"),
            StockError::BadSku(text) => write!(f, "'{text}' cannot be the code of an item"),
            StockError::Exists(sku) => write!(f, "there is an item '{sku}' already"),
            StockError::Unknown(sku) => write!(f, "there is no item '{sku}'"),
            StockError::NotEnough { sku, quantity } => {
                write!(f, "only {quantity} of '{sku}' in stock")
            }
            StockError::TooMany(sku) => write!(f, "the quantity of '{sku}' becomes too large"),
        }
    }
}

impl std::error::Error for StockError {}

pub fn parse_quantity(text: &str) -> Result<u32, StockError> {
    let wrong = |_| StockError::BadQuantity(text.to_string());
    text.parse().map_err(wrong)
}

/// Reads `12`, `12.5` or `12.34` as cents.
pub fn parse_price(text: &str) -> Result<u64, StockError> {
    let wrong = || StockError::BadPrice(text.to_string());
    let (whole, cents) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(cents) || whole.len() > 12 || cents.len() > 2 {
        return Err(wrong());
    }
    format!("{whole}{cents:0<2}").parse().map_err(|_| wrong())
}

pub fn format_price(cents: u128) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// All items, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    items: Vec<Item>,
}

impl Inventory {
    /// Reads the CSV table. A header line is optional.
    pub fn parse(text: &str) -> Result<Self, StockError> {
        let mut inventory = Inventory::default();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || (index == 0 && line.trim() == HEADER) {
                continue;
            }
            let added = parse_item(line).and_then(|item| inventory.add(item));
            added.map_err(|error| StockError::BadLine {
                line: index + 1,
                reason: error.to_string(),
            })?;
        }
        Ok(inventory)
    }

    pub fn to_csv(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for item in &self.items {
            let price = format_price(item.price.into());
            let (sku, name) = (quote(&item.sku), quote(&item.name));
            text += &format!("{sku},{name},{},{price}\n", item.quantity);
        }
        text
    }

    pub fn items(&self) -> &[Item] {
        &self.items
    }

    pub fn add(&mut self, item: Item) -> Result<(), StockError> {
        if item.sku.trim().is_empty() || item.sku.contains(char::is_control) {
            return Err(StockError::BadSku(item.sku));
        }
        if self.items.iter().any(|known| known.sku == item.sku) {
            return Err(StockError::Exists(item.sku));
        }
        self.items.push(item);
        Ok(())
    }

    /// Books goods that came in and returns the new quantity.
    pub fn receive(&mut self, sku: &str, count: u32) -> Result<u32, StockError> {
        let item = self.item_mut(sku)?;
        let sum = item.quantity.checked_add(count);
        item.quantity = sum.ok_or_else(|| StockError::TooMany(sku.to_string()))?;
        Ok(item.quantity)
    }

    /// Books goods that went out and returns the new quantity.
    pub fn ship(&mut self, sku: &str, count: u32) -> Result<u32, StockError> {
        let item = self.item_mut(sku)?;
        let left = item.quantity.checked_sub(count);
        item.quantity = left.ok_or_else(|| StockError::NotEnough {
            sku: sku.to_string(),
            quantity: item.quantity,
        })?;
        Ok(item.quantity)
    }

    // @feature remove
    /// Takes an item off the list.
    pub fn remove(&mut self, sku: &str) -> Result<Item, StockError> {
        let place = self.items.iter().position(|item| item.sku == sku);
        let place = place.ok_or_else(|| StockError::Unknown(sku.to_string()))?;
        Ok(self.items.remove(place))
    }
    // @end

    // @feature low
    /// Items of which at most `level` are left, the scarcest first.
    pub fn low(&self, level: u32) -> Vec<&Item> {
        let mut low: Vec<&Item> = self.items.iter().filter(|i| i.quantity <= level).collect();
        low.sort_by_key(|item| item.quantity);
        low
    }
    // @end

    // @feature search
    /// Items whose code or name contains `text`, whatever its case.
    pub fn find(&self, text: &str) -> Vec<&Item> {
        let text = text.to_lowercase();
        let contains = |field: &str| field.to_lowercase().contains(&text);
        let items = self.items.iter();
        items
            .filter(|item| contains(&item.sku) || contains(&item.name))
            .collect()
    }
    // @end

    // @feature value
    /// What the whole stock is worth, in cents.
    pub fn value(&self) -> u128 {
        let worth = |item: &Item| u128::from(item.quantity) * u128::from(item.price);
        self.items.iter().map(worth).sum()
    }
    // @end

    fn item_mut(&mut self, sku: &str) -> Result<&mut Item, StockError> {
        let item = self.items.iter_mut().find(|item| item.sku == sku);
        item.ok_or_else(|| StockError::Unknown(sku.to_string()))
    }
}

/// Aligned lines for a terminal.
pub fn table<'a>(items: impl IntoIterator<Item = &'a Item>) -> String {
    let line = |item: &Item| {
        let price = format_price(item.price.into());
        format!(
            "{:<10} {:<20} {:>6} {price:>10}\n",
            item.sku, item.name, item.quantity
        )
    };
    let text: String = items.into_iter().map(line).collect();
    if text.is_empty() {
        "no items\n".to_string()
    } else {
        text
    }
}

fn parse_item(line: &str) -> Result<Item, StockError> {
    let bad = |reason: &str| StockError::BadLine {
        line: 1,
        reason: reason.to_string(),
    };
    let fields = split_fields(line).ok_or_else(|| bad("a quotation mark is not closed"))?;
    match fields.as_slice() {
        [sku, name, quantity, price] => Ok(Item {
            sku: sku.clone(),
            name: name.clone(),
            quantity: parse_quantity(quantity.trim())?,
            price: parse_price(price.trim())?,
        }),
        _ => Err(bad(&format!("{} fields instead of 4", fields.len()))),
    }
}

/// Splits at commas outside quotation marks; `""` within them is one mark.
fn split_fields(line: &str) -> Option<Vec<String>> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => fields.last_mut()?.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut()?.push(c),
        }
    }
    (!quoted).then_some(fields)
}

fn quote(field: &str) -> String {
    match field.contains([',', '"']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOCK: &str =
        "sku,name,quantity,price\nA1,Bolt,40,0.05\nB2,\"Nut, \"\"big\"\"\",3,1.50\n";

    #[test]
    fn tables_are_read_and_written_back_alike() {
        let inventory = Inventory::parse(STOCK).unwrap();
        assert_eq!(inventory.items()[1].name, "Nut, \"big\"");
        assert_eq!(inventory.items()[1].price, 150);
        assert_eq!(inventory.to_csv(), STOCK);
    }

    #[test]
    fn wrong_lines_are_named() {
        for (text, part) in [
            ("A,b,1,2\nA,c,1,2", "line 2: there is an item 'A'"),
            ("A,b,x,2", "'x' is not a quantity"),
            ("A,b,1,2.345", "not a price"),
            ("A,b,1", "3 fields"),
            ("A,\"b,1,2", "not closed"),
        ] {
            let message = Inventory::parse(text).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn goods_come_in_and_go_out() {
        let mut inventory = Inventory::parse(STOCK).unwrap();
        assert_eq!(inventory.receive("B2", 4), Ok(7));
        assert_eq!(inventory.ship("B2", 7), Ok(0));
        assert!(matches!(
            inventory.ship("B2", 1),
            Err(StockError::NotEnough { quantity: 0, .. })
        ));
        assert_eq!(
            inventory.receive("Z9", 1),
            Err(StockError::Unknown("Z9".to_string()))
        );
        assert!(inventory.receive("A1", u32::MAX).is_err());
    }

    #[test]
    fn prices_are_exact() {
        assert_eq!(parse_price("0.1"), Ok(10));
        assert_eq!(format_price(1205), "12.05");
        assert!(parse_price("1,5").is_err() && parse_price("-1").is_err());
    }

    #[test]
    fn an_empty_table_says_so() {
        assert_eq!(table(Inventory::default().items()), "no items\n");
    }

    // @feature low
    #[test]
    fn the_scarcest_come_first() {
        let inventory = Inventory::parse(STOCK).unwrap();
        let skus: Vec<_> = inventory
            .low(40)
            .iter()
            .map(|item| item.sku.as_str())
            .collect();
        assert_eq!(skus, ["B2", "A1"]);
        assert!(inventory.low(2).is_empty());
    }
    // @end

    // @feature search
    #[test]
    fn search_ignores_case() {
        assert_eq!(Inventory::parse(STOCK).unwrap().find("BOLT").len(), 1);
    }
    // @end

    // @feature value
    #[test]
    fn the_stock_has_a_value() {
        assert_eq!(Inventory::parse(STOCK).unwrap().value(), 40 * 5 + 3 * 150);
    }
    // @end

    // @feature remove
    #[test]
    fn removed_items_are_gone() {
        let mut inventory = Inventory::parse(STOCK).unwrap();
        assert_eq!(inventory.remove("A1").unwrap().name, "Bolt");
        assert!(inventory.remove("A1").is_err());
    }
    // @end
}
