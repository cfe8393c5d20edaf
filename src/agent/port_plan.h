// What a model means to do before it ports a program: asked for as a few lines, read tolerantly. Pure but for asking.
#pragma once

#include "agent/model_writer.h"

namespace rustcoder::agent {

struct PortPlan {
    std::vector<std::string> modules; // "parser: reads the table"
    struct Crate {
        std::string name;
        std::vector<std::string> alternatives;
        std::string why;
        bool available = false; // `name` can be had on this machine
    };
    std::vector<Crate> crates;
    std::vector<std::string> risks; // what may behave differently
    std::string text() const;       // as lines, for people and for the next question
    bool empty() const { return modules.empty() && crates.empty() && risks.empty(); }
};

/// Lines that begin with "module:", "crate:" or "risk:", whatever stands around them.
PortPlan parse_port_plan(std::string_view answer, std::span<const AvailableCrate> crates);

/// One question. `material`: the program. Errors: those of ChatModel::chat; limit (the program is too long for it).
struct AskedPlan {
    PortPlan plan;
    ModelCosts costs;
};
Result<AskedPlan> ask_port_plan(model::ChatModel& model, const std::string& language, const std::string& material,
                                std::span<const AvailableCrate> crates, std::stop_token stop = {});

} // namespace rustcoder::agent
