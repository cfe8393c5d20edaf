//! People with their telephone numbers and e-mail addresses, one a line in a text file.

use std::fmt;

/// Between the fields of a line in the file.
const SEPARATOR: char = '\t';

/// The fewest digits a telephone number has.
pub const MIN_DIGITS: usize = 3; // @slot min_digits

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    pub name: String,
    pub phone: String,
    pub email: String,
    pub group: String, // @feature groups
}

/// Why a command or a file is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactError {
    NoName,
    BadPhone(String),
    BadEmail(String),
    BadText(String),
    BadField(String),
    Exists(String),
    Unknown(String),
    BadLine { line: usize, reason: String },
}

impl fmt::Display for ContactError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            ContactError::NoName => write!(f, "a contact needs a name"),
            ContactError::BadPhone(text) => write!(f, "'{text}' is not a telephone number"),
            ContactError::BadEmail(text) => write!(f, "'{text}' is not an e-mail address"),
            ContactError::BadText(text) => write!(f, "{text:?} contains control characters"),
            ContactError::BadField(text) => write!(f, "'{text}' is not FIELD=VALUE"),
            ContactError::Exists(name) => write!(f, "'{name}' is in the book already"),
            ContactError::Unknown(name) => write!(f, "'{name}' is not in the book"),
            ContactError::BadLine { line, reason } => write!(f, "line {line}: {reason}"),
        }
    }
}

impl std::error::Error for ContactError {}

impl Contact {
    pub fn new(name: &str) -> Result<Self, ContactError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(ContactError::NoName);
        }
        if name.contains(char::is_control) {
            return Err(ContactError::BadText(name.to_string()));
        }
        Ok(Contact {
            name: name.to_string(),
            ..Contact::default()
        })
    }

    /// Sets one field given as `phone=...`, `email=...`. An empty value clears it.
    pub fn set(&mut self, assignment: &str) -> Result<(), ContactError> {
        let wrong = || ContactError::BadField(assignment.to_string());
        let (field, value) = assignment.split_once('=').ok_or_else(wrong)?;
        let value = value.trim();
        if value.contains(char::is_control) {
            return Err(ContactError::BadText(value.to_string()));
        }
        match field {
            "phone" if value.is_empty() || is_phone(value) => self.phone = value.to_string(),
            "phone" => return Err(ContactError::BadPhone(value.to_string())),
            "email" if value.is_empty() || is_email(value) => self.email = value.to_string(),
            "email" => return Err(ContactError::BadEmail(value.to_string())),
            // @feature groups
            "group" => self.group = value.to_string(),
            // @end
            _ => return Err(wrong()),
        }
        Ok(())
    }

    fn fields(&self) -> Vec<&str> {
        let fields = [self.name.as_str(), &self.phone, &self.email];
        let fields = fields.into_iter();
        let fields = fields.chain([self.group.as_str()]); // @feature groups
        fields.collect()
    }

    fn from_line(line: &str) -> Result<Self, ContactError> {
        let mut fields = line.split(SEPARATOR);
        let mut contact = Contact::new(fields.next().unwrap_or_default())?;
        let names = ["phone", "email"].into_iter();
        let names = names.chain(["group"]); // @feature groups
        for (name, value) in names.zip(fields) {
            contact.set(&format!("{name}={value}"))?;
        }
        Ok(contact)
    }

    // @feature vcard
    /// The contact as a vCard 3.0 that other programs import.
    pub fn to_vcard(&self) -> String {
        let escape = |text: &str| text.replace('\\', "\\\\").replace([';', ','], " ");
        let mut text = format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{}\r\n",
            escape(&self.name)
        );
        let (first, last) = self.name.rsplit_once(' ').unwrap_or(("", &self.name));
        text += &format!("N:{};{};;;\r\n", escape(last), escape(first));
        for (key, value) in [("TEL", &self.phone), ("EMAIL", &self.email)] {
            if !value.is_empty() {
                text += &format!("{key}:{}\r\n", escape(value));
            }
        }
        text + "END:VCARD\r\n"
    }
    // @end
}

impl fmt::Display for Contact {
    /// A line for a terminal; fields that are empty are left out.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let filled = self.fields().into_iter().filter(|field| !field.is_empty());
        write!(f, "{}", filled.collect::<Vec<_>>().join(", "))
    }
}

/// Digits with an optional + before them; spaces, hyphens, slashes and parentheses between them.
fn is_phone(text: &str) -> bool {
    let rest = text.strip_prefix('+').unwrap_or(text);
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    digits >= MIN_DIGITS
        && rest
            .chars()
            .all(|c| c.is_ascii_digit() || " -/()".contains(c))
}

/// One @ with something on both sides and a dot inside of what follows it.
fn is_email(text: &str) -> bool {
    match text.split_once('@') {
        Some((user, domain)) => {
            let dotted = domain.split('.').count() > 1 && domain.split('.').all(|p| !p.is_empty());
            !user.is_empty() && dotted && !domain.contains('@') && !text.contains(' ')
        }
        None => false,
    }
}

/// All contacts, sorted by name; names are unique, whatever their case.
#[derive(Debug, Clone, Default)]
pub struct ContactBook {
    contacts: Vec<Contact>,
}

impl ContactBook {
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        let mut book = ContactBook::default();
        for (index, line) in text
            .lines()
            .enumerate()
            .filter(|(_, l)| !l.trim().is_empty())
        {
            let added = Contact::from_line(line).and_then(|contact| book.add(contact));
            added.map_err(|error| ContactError::BadLine {
                line: index + 1,
                reason: error.to_string(),
            })?;
        }
        Ok(book)
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let line = |contact: &Contact| {
            let text = contact.fields().join(&SEPARATOR.to_string());
            format!("{}\n", text.trim_end_matches(SEPARATOR))
        };
        self.contacts.iter().map(line).collect()
    }

    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    pub fn add(&mut self, contact: Contact) -> Result<(), ContactError> {
        match self.place(&contact.name) {
            Ok(_) => Err(ContactError::Exists(contact.name)),
            Err(place) => {
                self.contacts.insert(place, contact);
                Ok(())
            }
        }
    }

    pub fn get(&self, name: &str) -> Result<&Contact, ContactError> {
        let place = self.place(name);
        place
            .map(|at| &self.contacts[at])
            .map_err(|_| ContactError::Unknown(name.to_string()))
    }

    pub fn remove(&mut self, name: &str) -> Result<Contact, ContactError> {
        match self.place(name) {
            Ok(place) => Ok(self.contacts.remove(place)),
            Err(_) => Err(ContactError::Unknown(name.to_string())),
        }
    }

    /// Contacts with `text` in any field; digits of telephone numbers match without spaces.
    pub fn find(&self, text: &str) -> Vec<&Contact> {
        let text = text.to_lowercase();
        let matches = |contact: &&Contact| {
            let phone: String = contact.phone.chars().filter(|c| *c != ' ').collect();
            let fields = contact.fields();
            phone.contains(&text) || fields.iter().any(|f| f.to_lowercase().contains(&text))
        };
        self.contacts.iter().filter(matches).collect()
    }

    // @feature update
    /// Changes fields of a contact: all of them or, if one is wrong, none.
    pub fn update(&mut self, name: &str, assignments: &[&str]) -> Result<&Contact, ContactError> {
        let place = self
            .place(name)
            .map_err(|_| ContactError::Unknown(name.to_string()))?;
        let mut changed = self.contacts[place].clone();
        assignments
            .iter()
            .try_for_each(|assignment| changed.set(assignment))?;
        self.contacts[place] = changed;
        Ok(&self.contacts[place])
    }
    // @end

    // @feature groups
    /// The members of a group.
    pub fn group(&self, group: &str) -> Vec<&Contact> {
        self.contacts
            .iter()
            .filter(|contact| contact.group.eq_ignore_ascii_case(group))
            .collect()
    }
    // @end

    fn place(&self, name: &str) -> Result<usize, usize> {
        let name = name.trim().to_lowercase();
        self.contacts
            .binary_search_by_key(&name, |contact| contact.name.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(name: &str, fields: &[&str]) -> Contact {
        let mut contact = Contact::new(name).unwrap();
        fields.iter().for_each(|field| contact.set(field).unwrap());
        contact
    }

    fn book() -> ContactBook {
        let mut book = ContactBook::default();
        book.add(contact("Zoe Quill", &["phone=+49 30 1234567"]))
            .unwrap();
        book.add(contact(
            "adam",
            &["email=adam@example.org", "phone=0301234567"],
        ))
        .unwrap();
        book
    }

    #[test]
    fn contacts_are_sorted_and_unique() {
        let mut book = book();
        assert_eq!(book.contacts()[0].name, "adam");
        let twin = Contact::new(" ADAM ").unwrap();
        assert_eq!(
            book.add(twin),
            Err(ContactError::Exists("ADAM".to_string()))
        );
    }

    #[test]
    fn the_file_is_read_back_alike() {
        let book = book();
        let again = ContactBook::parse(&book.to_text()).unwrap();
        assert_eq!(again.contacts(), book.contacts());
        let error = ContactBook::parse("a\n\nb\tno number\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 3: 'no number' is not a telephone number"
        );
    }

    #[test]
    fn wrong_fields_are_refused() {
        let mut ann = Contact::new("Ann").unwrap();
        for wrong in [
            "phone=12x45678",
            "email=ann",
            "email=a@b@c.de",
            "email=@x.y",
            "age=3",
            "x",
        ] {
            assert!(ann.set(wrong).is_err(), "{wrong}");
        }
        assert!(ann.set("email=a@b.c\td").is_err() && Contact::new("  ").is_err());
    }

    #[test]
    fn search_looks_into_every_field() {
        let book = book();
        assert_eq!(book.find("301234").len(), 2);
        assert_eq!(book.find("EXAMPLE")[0].name, "adam");
        assert!(book.find("nobody").is_empty());
    }

    #[test]
    fn removed_contacts_are_gone() {
        let mut book = book();
        assert_eq!(book.remove("zoe quill").unwrap().name, "Zoe Quill");
        assert_eq!(
            book.get("Zoe Quill"),
            Err(ContactError::Unknown("Zoe Quill".to_string()))
        );
    }

    // @feature update
    #[test]
    fn an_update_is_done_as_a_whole() {
        let mut book = book();
        assert!(book
            .update("adam", &["phone=555666777", "email=wrong"])
            .is_err());
        assert_eq!(book.get("adam").unwrap().phone, "0301234567");
        assert_eq!(book.update("adam", &["phone="]).unwrap().phone, "");
    }
    // @end

    // @feature vcard
    #[test]
    fn cards_hold_what_is_known() {
        let card = contact("Zoe Quill", &["email=z@q.org"]).to_vcard();
        assert!(card.contains("N:Quill;Zoe;;;\r\n") && card.contains("EMAIL:z@q.org\r\n"));
        assert!(!card.contains("TEL"));
    }
    // @end

    // @feature groups
    #[test]
    fn groups_are_kept_in_the_file() {
        let mut book = book();
        book.add(contact("Eve", &["group=work"])).unwrap();
        let again = ContactBook::parse(&book.to_text()).unwrap();
        assert_eq!(again.group("Work")[0].name, "Eve");
    }
    // @end
}
