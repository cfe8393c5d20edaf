//! An order from cart to delivery. What is not allowed in a state is an error and leaves the order as it was.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Order {
    Cart { items: Vec<String> },
    Paid { items: Vec<String>, receipt: u32 },
    Shipped { tracking: String },
    Cancelled,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Event {
    Add(String),
    Pay { receipt: u32 },
    Ship { tracking: String },
    Cancel,
}

#[derive(Debug, PartialEq, Eq)]
struct Refused {
    order: Order,
    event: Event,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not possible for {:?}", self.event, self.order)
    }
}

impl std::error::Error for Refused {}

impl Order {
    fn new() -> Self {
        Order::Cart { items: Vec::new() }
    }

    /// Takes the old state and gives the new one, so that nobody can go on with a state that has passed.
    fn on(self, event: Event) -> Result<Order, Refused> {
        match (self, event) {
            (Order::Cart { mut items }, Event::Add(item)) => {
                items.push(item);
                Ok(Order::Cart { items })
            }
            (Order::Cart { items }, Event::Pay { receipt }) if !items.is_empty() => Ok(Order::Paid { items, receipt }),
            (Order::Paid { .. }, Event::Ship { tracking }) => Ok(Order::Shipped { tracking }),
            (Order::Cart { .. } | Order::Paid { .. }, Event::Cancel) => Ok(Order::Cancelled),
            (order, event) => Err(Refused { order, event }),
        }
    }
}

fn main() -> Result<(), Refused> {
    let order = Order::new()
        .on(Event::Add("book".to_string()))?
        .on(Event::Pay { receipt: 17 })?
        .on(Event::Ship { tracking: "T-1".to_string() })?;
    println!("{order:?}");
    if let Err(refused) = order.on(Event::Cancel) {
        println!("{refused}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_cart_cannot_be_paid() {
        let refused = Order::new().on(Event::Pay { receipt: 1 }).unwrap_err();
        assert_eq!(refused.order, Order::new());
    }

    #[test]
    fn a_paid_order_can_be_cancelled() {
        let paid = Order::new().on(Event::Add("x".into())).and_then(|o| o.on(Event::Pay { receipt: 1 })).unwrap();
        assert_eq!(paid.on(Event::Cancel), Ok(Order::Cancelled));
    }
}
