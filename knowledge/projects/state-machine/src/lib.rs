//! An order on its way from the cart to the customer, as a state machine.
//!
//! `Order::on` takes the old state and gives the new one, so that nobody can go on with a state that
//! has passed. What is not allowed in a state is an error that gives the order back as it was.

use std::fmt;

/// Items that fit into one order.
pub const MAX_ITEMS: usize = 20; // @slot items

/// Where an order stands, with the data that exists only there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    Cart { items: Vec<String> },
    Paid { items: Vec<String>, receipt: u32 },
    Shipped { tracking: String },
    Delivered,
    Cancelled,
    Returned { reason: String }, // @feature returns
}

/// What can happen to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Add(String),
    Remove(String),
    Pay { receipt: u32 },
    Ship { tracking: String },
    Deliver,
    Cancel,
    Return { reason: String }, // @feature returns
}

/// The event is not possible; the order is as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub order: Order,
    pub event: Event,
    pub reason: &'static str,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (event, state) = (self.event.name(), self.order.name());
        write!(f, "cannot {event} while {state}: {}", self.reason)
    }
}

impl std::error::Error for Refused {}

impl Default for Order {
    fn default() -> Self {
        Order::Cart { items: Vec::new() }
    }
}

impl Order {
    /// The state's name, as printed.
    pub fn name(&self) -> &'static str {
        match self {
            Order::Cart { .. } => "cart",
            Order::Paid { .. } => "paid",
            Order::Shipped { .. } => "shipped",
            Order::Delivered => "delivered",
            Order::Cancelled => "cancelled",
            Order::Returned { .. } => "returned", // @feature returns
        }
    }

    /// No event changes a final state.
    pub fn is_final(&self) -> bool {
        // @feature returns
        if matches!(self, Order::Delivered) {
            return false;
        }
        // @end
        !matches!(
            self,
            Order::Cart { .. } | Order::Paid { .. } | Order::Shipped { .. }
        )
    }

    /// The state after `event`.
    pub fn on(self, event: Event) -> Result<Order, Refused> {
        match (self, event) {
            (Order::Cart { mut items }, Event::Add(item)) if items.len() < MAX_ITEMS => {
                items.push(item);
                Ok(Order::Cart { items })
            }
            (Order::Cart { mut items }, Event::Remove(item)) if items.contains(&item) => {
                if let Some(at) = items.iter().position(|known| *known == item) {
                    items.remove(at);
                }
                Ok(Order::Cart { items })
            }
            (Order::Cart { items }, Event::Pay { receipt }) if !items.is_empty() => {
                Ok(Order::Paid { items, receipt })
            }
            (Order::Paid { .. }, Event::Ship { tracking }) => Ok(Order::Shipped { tracking }),
            (Order::Shipped { .. }, Event::Deliver) => Ok(Order::Delivered),
            (Order::Cart { .. } | Order::Paid { .. }, Event::Cancel) => Ok(Order::Cancelled),
            // @feature returns
            (Order::Delivered, Event::Return { reason }) => Ok(Order::Returned { reason }),
            // @end
            (order, event) => {
                let reason = refusal(&order, &event);
                Err(Refused {
                    order,
                    event,
                    reason,
                })
            }
        }
    }
}

fn refusal(order: &Order, event: &Event) -> &'static str {
    match (order, event) {
        (Order::Cart { .. }, Event::Add(_)) => "the cart is full",
        (Order::Cart { .. }, Event::Remove(_)) => "there is no such item",
        (Order::Cart { .. }, Event::Pay { .. }) => "the cart is empty",
        (Order::Shipped { .. }, Event::Cancel) => "it is already on its way",
        (state, _) if state.is_final() => "this is the end",
        _ => "it is not its turn",
    }
}

impl Event {
    pub fn name(&self) -> &'static str {
        match self {
            Event::Add(_) => "add",
            Event::Remove(_) => "remove",
            Event::Pay { .. } => "pay",
            Event::Ship { .. } => "ship",
            Event::Deliver => "deliver",
            Event::Cancel => "cancel",
            Event::Return { .. } => "return", // @feature returns
        }
    }

    /// Reads an event as a user writes it: its name and what belongs to it.
    pub fn parse(line: &str) -> Result<Event, String> {
        let line = line.trim();
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let detail = |what: &str| match rest {
            "" => Err(format!("'{name}' needs {what}")),
            _ => Ok(rest.to_string()),
        };
        match name {
            "add" => Ok(Event::Add(detail("an item")?)),
            "remove" => Ok(Event::Remove(detail("an item")?)),
            "pay" => match detail("a receipt number")?.parse() {
                Ok(receipt) => Ok(Event::Pay { receipt }),
                Err(_) => Err(format!("'{rest}' is not a receipt number")),
            },
            "ship" => Ok(Event::Ship {
                tracking: detail("a tracking number")?,
            }),
            // @feature returns
            "return" => Ok(Event::Return {
                reason: detail("a reason")?,
            }),
            // @end
            "deliver" if rest.is_empty() => Ok(Event::Deliver),
            "cancel" if rest.is_empty() => Ok(Event::Cancel),
            "deliver" | "cancel" => Err(format!("'{name}' stands alone")),
            _ => Err(format!("unknown event '{name}'")),
        }
    }
}

// @feature history
/// An order that remembers the states it went through.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    order: Order,
    path: Vec<(&'static str, &'static str)>,
}

impl Journal {
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// Applies `event`; a refused one changes nothing.
    pub fn on(&mut self, event: Event) -> Result<&Order, Refused> {
        let name = event.name();
        self.order = self.order.clone().on(event)?;
        self.path.push((name, self.order.name()));
        Ok(&self.order)
    }

    /// The way so far, for example `cart -add-> cart -pay-> paid`.
    pub fn path(&self) -> String {
        let steps = self
            .path
            .iter()
            .map(|(event, to)| format!(" -{event}-> {to}"));
        std::iter::once(Order::default().name().to_string())
            .chain(steps)
            .collect()
    }
}
// @end

// @feature diagram
/// The transitions between states, as a graph in the DOT language.
pub fn diagram() -> String {
    let edges = [
        ("cart", "cart", "add"),
        ("cart", "cart", "remove"),
        ("cart", "paid", "pay"),
        ("cart", "cancelled", "cancel"),
        ("paid", "shipped", "ship"),
        ("paid", "cancelled", "cancel"),
        ("shipped", "delivered", "deliver"),
        ("delivered", "returned", "return"), // @feature returns
    ];
    let lines = edges.map(|(from, to, event)| format!("  {from} -> {to} [label=\"{event}\"];\n"));
    format!("digraph order {{\n{}}}\n", lines.concat())
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn after(lines: &[&str]) -> Result<Order, Refused> {
        lines.iter().try_fold(Order::default(), |order, line| {
            order.on(Event::parse(line).unwrap())
        })
    }

    #[test]
    fn an_order_reaches_the_customer() {
        let order = after(&["add book", "pay 17", "ship T-1", "deliver"]).unwrap();
        assert_eq!(order, Order::Delivered);
    }

    #[test]
    fn an_empty_cart_cannot_be_paid() {
        let refused = after(&["add book", "remove book", "pay 1"]).unwrap_err();
        assert_eq!(refused.order, Order::default());
        assert_eq!(
            refused.to_string(),
            "cannot pay while cart: the cart is empty"
        );
    }

    #[test]
    fn a_paid_order_can_be_cancelled_and_a_shipped_one_cannot() {
        assert_eq!(after(&["add x", "pay 1", "cancel"]), Ok(Order::Cancelled));
        let refused = after(&["add x", "pay 1", "ship T", "cancel"]).unwrap_err();
        assert_eq!(refused.order.name(), "shipped");
        assert_eq!(refused.reason, "it is already on its way");
    }

    #[test]
    fn nothing_follows_a_final_state() {
        let refused = after(&["cancel", "add x"]).unwrap_err();
        assert!(refused.order.is_final());
        assert_eq!(refused.reason, "this is the end");
    }

    #[test]
    fn a_cart_can_be_full() {
        let lines = vec!["add x"; MAX_ITEMS];
        let full = after(&lines).unwrap();
        let refused = full.clone().on(Event::Add("y".to_string())).unwrap_err();
        assert_eq!((refused.order, refused.reason), (full, "the cart is full"));
    }

    #[test]
    fn malformed_events_are_explained() {
        assert_eq!(
            Event::parse("pay").unwrap_err(),
            "'pay' needs a receipt number"
        );
        assert_eq!(
            Event::parse("pay x").unwrap_err(),
            "'x' is not a receipt number"
        );
        assert_eq!(Event::parse("fly").unwrap_err(), "unknown event 'fly'");
        assert_eq!(
            Event::parse("cancel now").unwrap_err(),
            "'cancel' stands alone"
        );
    }

    // @feature returns
    #[test]
    fn only_what_was_delivered_comes_back() {
        let back = after(&["add x", "pay 1", "ship T", "deliver", "return torn"]).unwrap();
        assert_eq!(back.name(), "returned");
        assert!(after(&["return torn"]).is_err() && back.is_final());
    }
    // @end

    // @feature history
    #[test]
    fn the_journal_keeps_the_path() {
        let mut journal = Journal::default();
        journal.on(Event::Add("x".to_string())).unwrap();
        assert!(journal.on(Event::Deliver).is_err());
        journal.on(Event::Cancel).unwrap();
        assert_eq!(journal.path(), "cart -add-> cart -cancel-> cancelled");
    }
    // @end

    // @feature diagram
    #[test]
    fn the_diagram_names_transitions() {
        assert!(diagram().contains("  cart -> paid [label=\"pay\"];\n"));
    }
    // @end
}
