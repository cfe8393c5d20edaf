//! The SIR model of an epidemic: people are susceptible, infected or recovered.

use std::fmt::Write;

/// What is simulated when nothing else is said.
pub const POPULATION: u64 = 1000; // @slot population
pub const DAYS: usize = 160; // @slot days

/// Infections per infected person and day while everybody else is susceptible.
pub const TRANSMISSION: f64 = 0.3_f64; // @slot transmission

/// Share of the infected who recover per day.
pub const RECOVERY: f64 = 0.1_f64; // @slot recovery

/// How many steps a day is computed in.
const STEPS: usize = 10;

/// How people stand on a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State {
    pub susceptible: f64,
    /// Infected, but not infectious yet.
    pub exposed: f64, // @feature exposed
    pub infected: f64,
    pub recovered: f64,
}

impl State {
    /// This state and a change that goes on for some time.
    fn plus(self, change: State, time: f64) -> State {
        State {
            susceptible: self.susceptible + change.susceptible * time,
            exposed: self.exposed + change.exposed * time, // @feature exposed
            infected: self.infected + change.infected * time,
            recovered: self.recovered + change.recovered * time,
        }
    }
}

/// A disease and the people among whom it spreads.
#[derive(Debug, Clone)]
pub struct Model {
    pub population: f64,
    pub infected: f64,
    pub transmission: f64,
    pub recovery: f64,
    // @feature exposed
    /// Days until an infected person is infectious.
    pub incubation: Option<f64>,
    // @end
    // @feature vaccine
    /// Share of the susceptible people vaccinated per day.
    pub vaccination: f64,
    // @end
    // @feature measures
    /// From this day on the transmission is lower by this share.
    pub measures: Option<(f64, f64)>,
    // @end
}

impl Default for Model {
    fn default() -> Self {
        Model {
            population: POPULATION as f64,
            infected: 1.0,
            transmission: TRANSMISSION,
            recovery: RECOVERY,
            incubation: None, // @feature exposed
            vaccination: 0.0, // @feature vaccine
            measures: None,   // @feature measures
        }
    }
}

impl Model {
    /// Refuses numbers that mean nothing.
    pub fn check(&self) -> Result<(), String> {
        if !(self.population >= 1.0 && self.population.is_finite()) {
            return Err("the population must be at least 1".to_string());
        }
        if !(0.0..=self.population).contains(&self.infected) {
            return Err("there cannot be more infected than people".to_string());
        }
        let rates = [self.transmission, self.recovery];
        if rates.iter().any(|rate| !(0.0..=10.0).contains(rate)) {
            return Err("rates per day must be from 0 to 10".to_string());
        }
        // @feature exposed
        if self
            .incubation
            .is_some_and(|days| !(0.1..=1000.0).contains(&days))
        {
            return Err("the incubation must take from 0.1 to 1000 days".to_string());
        }
        // @end
        // @feature vaccine
        if !(0.0..=1.0).contains(&self.vaccination) {
            return Err("the share vaccinated per day must be from 0 to 1".to_string());
        }
        // @end
        // @feature measures
        if self
            .measures
            .is_some_and(|(_, share)| !(0.0..=1.0).contains(&share))
        {
            return Err("measures lower the transmission by a share from 0 to 1".to_string());
        }
        // @end
        Ok(())
    }

    /// How many people one person infects among susceptible ones; nothing if nobody recovers.
    pub fn reproduction(&self) -> Option<f64> {
        (self.recovery > 0.0).then(|| self.transmission / self.recovery)
    }

    fn start(&self) -> State {
        State {
            susceptible: self.population - self.infected,
            exposed: 0.0, // @feature exposed
            infected: self.infected,
            recovered: 0.0,
        }
    }

    /// The change per day.
    fn change(&self, state: State) -> State {
        let caught = self.transmission * state.susceptible * state.infected / self.population;
        let ill = caught;
        // @feature exposed
        let ill = match self.incubation {
            Some(days) => state.exposed / days,
            None => ill,
        };
        // @end
        let recovering = self.recovery * state.infected;
        let change = State {
            susceptible: -caught,
            exposed: caught - ill, // @feature exposed
            infected: ill - recovering,
            recovered: recovering,
        };
        // @feature vaccine
        let vaccinated = self.vaccination * state.susceptible;
        let change = State {
            susceptible: change.susceptible - vaccinated,
            recovered: change.recovered + vaccinated,
            ..change
        };
        // @end
        change
    }

    /// The states from day 0 to the last day.
    pub fn run(&self, days: usize) -> Vec<State> {
        let mut state = self.start();
        let mut course = vec![state];
        while course.len() <= days {
            let model = self;
            // @feature measures
            let model = &model.on_day(course.len() - 1);
            // @end
            for _ in 0..STEPS {
                state = model.step(state);
            }
            course.push(state);
        }
        course
    }

    // @feature measures
    /// The model as measures make it on a day.
    fn on_day(&self, day: usize) -> Model {
        let mut model = self.clone();
        if let Some((_, share)) = self.measures.filter(|(first, _)| day as f64 >= *first) {
            model.transmission *= 1.0 - share;
        }
        model
    }
    // @end

    /// A part of a day later, by the method of Runge and Kutta.
    fn step(&self, state: State) -> State {
        let step = 1.0 / STEPS as f64;
        let first = self.change(state);
        let second = self.change(state.plus(first, step / 2.0));
        let third = self.change(state.plus(second, step / 2.0));
        let fourth = self.change(state.plus(third, step));
        state
            .plus(first, step / 6.0)
            .plus(second, step / 3.0)
            .plus(third, step / 3.0)
            .plus(fourth, step / 6.0)
    }

    /// The peak and the end in words.
    pub fn summary(&self, course: &[State]) -> String {
        let mut text = String::new();
        let mut peak = (0, 0.0);
        for (day, state) in course.iter().enumerate() {
            if state.infected > peak.1 {
                peak = (day, state.infected);
            }
        }
        text += &format!("peak: {:.1} infected on day {}\n", peak.1, peak.0);
        if let Some(last) = course.last() {
            let share = 100.0 * (1.0 - last.susceptible / self.population);
            text += &format!("not susceptible at the end: {share:.1} %\n");
        }
        match self.reproduction() {
            Some(number) => text + &format!("basic reproduction number: {number:.2}\n"),
            None => text + "basic reproduction number: none, nobody recovers\n",
        }
    }
}

/// The course as a table, one line for each `every`th day.
pub fn table(course: &[State], every: usize) -> String {
    let mut text = "   day  susceptible     infected    recovered\n".to_string();
    for (day, state) in course.iter().enumerate().step_by(every.max(1)) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{day:>6} {:>12.1} {:>12.1} {:>12.1}",
            state.susceptible, state.infected, state.recovered
        );
    }
    text
}

// @feature csv
/// The course as comma-separated values.
pub fn csv(course: &[State], every: usize) -> String {
    let mut text = "day,susceptible,infected,recovered\n".to_string();
    for (day, state) in course.iter().enumerate().step_by(every.max(1)) {
        let (s, i, r) = (state.susceptible, state.infected, state.recovered);
        let _ = writeln!(text, "{day},{s:.3},{i:.3},{r:.3}");
    }
    text
}
// @end

// @feature chart
/// The infected people as bars; the longest bar is that of the peak.
pub fn chart(course: &[State], every: usize) -> String {
    const WIDTH: f64 = 60.0;
    let peak = course
        .iter()
        .map(|state| state.infected)
        .fold(0.0, f64::max);
    let mut text = String::new();
    for (day, state) in course.iter().enumerate().step_by(every.max(1)) {
        let share = if peak > 0.0 {
            state.infected / peak
        } else {
            0.0
        };
        let bar = "#".repeat((share * WIDTH).round() as usize);
        let _ = writeln!(text, "{day:>6} {:>10.1} {bar}", state.infected);
    }
    text
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Model {
        Model {
            population: 1000.0,
            infected: 1.0,
            transmission: 0.3,
            recovery: 0.1,
            ..Model::default()
        }
    }

    #[test]
    fn nobody_gets_lost() {
        for state in model().run(200) {
            let people = state.susceptible + state.infected + state.recovered;
            assert!((people - 1000.0).abs() < 1e-6);
            assert!(state.susceptible >= 0.0 && state.infected >= 0.0);
        }
    }

    #[test]
    fn the_final_size_is_that_of_theory() {
        // The share z that is ever infected solves z = 1 - exp(-R z) with R = 3.
        let last = *model().run(1000).last().unwrap();
        let share = last.recovered / 1000.0;
        assert!(
            (share - (1.0 - (-3.0 * share).exp())).abs() < 2e-3,
            "{share}"
        );
        assert!((share - 0.94).abs() < 0.01);
    }

    #[test]
    fn the_peak_comes_when_a_third_is_left() {
        let course = model().run(200);
        let highest = course
            .iter()
            .copied()
            .max_by(|a, b| a.infected.total_cmp(&b.infected));
        let left = highest.unwrap().susceptible;
        assert!((300.0..370.0).contains(&left), "{left}");
    }

    #[test]
    fn a_weak_infection_dies_out() {
        let mut weak = model();
        weak.transmission = 0.05;
        let course = weak.run(300);
        assert!(course
            .windows(2)
            .all(|days| days[1].infected < days[0].infected));
        assert!(weak.summary(&course).contains("on day 0\n"));
    }

    #[test]
    fn recovery_alone_is_exponential() {
        let mut alone = model();
        (alone.transmission, alone.infected) = (0.0, 1000.0);
        let day_ten = alone.run(10)[10].infected;
        assert!((day_ten - 1000.0 * (-1.0f64).exp()).abs() < 1e-3);
    }

    #[test]
    fn meaningless_numbers_are_refused() {
        assert!(model().check().is_ok());
        let wrong = |change: fn(&mut Model)| {
            let mut model = model();
            change(&mut model);
            model.check().is_err()
        };
        assert!(wrong(|m| m.infected = 1001.0));
        assert!(wrong(|m| m.population = 0.0));
        assert!(wrong(|m| m.transmission = -0.1));
        assert!(wrong(|m| m.recovery = f64::NAN));
    }

    #[test]
    fn tables_skip_days() {
        assert_eq!(table(&model().run(10), 5).lines().count(), 4);
        assert_eq!(table(&model().run(10), 0).lines().count(), 12);
    }

    // @feature exposed
    #[test]
    fn incubation_delays_the_peak() {
        let peak = |incubation| {
            let mut model = model();
            model.incubation = incubation;
            let course = model.run(300);
            let infected = |day: &usize| course[*day].infected;
            (0..=300).max_by(|a, b| infected(a).total_cmp(&infected(b)))
        };
        assert!(peak(Some(5.0)) > peak(None).map(|day| day + 10));
    }
    // @end

    // @feature vaccine
    #[test]
    fn vaccination_prevents_infections() {
        let mut protected = model();
        protected.vaccination = 0.02;
        let highest = |model: Model| {
            model
                .run(200)
                .iter()
                .map(|s| s.infected)
                .fold(0.0, f64::max)
        };
        assert!(highest(protected) < highest(model()) / 2.0);
    }
    // @end

    // @feature measures
    #[test]
    fn measures_work_from_their_day_on() {
        let mut limited = model();
        limited.measures = Some((20.0, 1.0));
        let (with, without) = (limited.run(40), model().run(40));
        assert_eq!(with[19], without[19]);
        assert!(with[30].infected < with[20].infected);
    }
    // @end

    // @feature csv
    #[test]
    fn values_are_separated_by_commas() {
        let text = csv(&model().run(3), 1);
        assert_eq!(text.lines().nth(1), Some("0,999.000,1.000,0.000"));
        assert!(text.lines().all(|line| line.split(',').count() == 4));
    }
    // @end

    // @feature chart
    #[test]
    fn the_longest_bar_is_the_peak() {
        let text = chart(&model().run(160), 1);
        let longest = text.lines().map(|line| line.matches('#').count()).max();
        assert_eq!(longest, Some(60));
    }
    // @end
}
