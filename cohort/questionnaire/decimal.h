// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace cohort::questionnaire {

/// How two decimals relate by their texts, exactly, however many digits they have. Both must be
/// JSON numbers.
std::strong_ordering compare_decimals(std::string_view a, std::string_view b);

/// Digits after the point as written: 2 in "1.50" and in "150e-2".
int decimal_places(std::string_view number);

/// A number to count with: eight places after the point, as FHIRPath asks for, and thirty before
/// it. Sums and products of what people answer are exact; 0.1 + 0.2 is 0.3.
/// Source: FHIRPath N1 §Decimal ("28 digits, step 10^-8").
class Decimal {
  public:
    Decimal() = default;
    static Decimal of(long long whole);
    /// Rounds to eight places; nothing for a text that is no number or too large.
    static std::optional<Decimal> parse(std::string_view text);
    /// Nothing for an infinity or too large a number.
    static std::optional<Decimal> of_double(double value);

    /// Nothing when the result is too large, or divided by zero.
    std::optional<Decimal> plus(Decimal other) const;
    std::optional<Decimal> minus(Decimal other) const;
    std::optional<Decimal> times(Decimal other) const;
    std::optional<Decimal> over(Decimal other) const;

    /// Half away from zero.
    Decimal rounded(int places) const;
    Decimal truncated() const;
    double to_double() const;
    /// Nothing when it has a fraction or is beyond 64 bits.
    std::optional<long long> to_integer() const;
    /// "12.5": no zeros at the end.
    std::string to_text() const;

    friend auto operator<=>(Decimal, Decimal) = default;
    friend bool operator==(Decimal, Decimal) = default;

  private:
    __extension__ using Units = __int128;
    explicit Decimal(Units units) : units_(units) {}
    Units units_ = 0;  // of 10^-8
};

}  // namespace cohort::questionnaire
