using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace ActorBrowser.Cli;

/// <summary>Options whose values are checked during parsing: a wrong value gives an error message and exit code 2.</summary>
internal static class Options
{
    private const double LeastSeconds = 0.001;
    private const double MostSeconds = 86_400;

    /// <summary>An option without a value.</summary>
    internal static Option<bool> Flag(string description, string name, params string[] aliases) =>
        new(name, aliases) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>A duration in seconds, from a millisecond to a day.</summary>
    internal static Option<double?> Seconds(string description, string name) => new(name)
    {
        Description = description,
        HelpName = "SECONDS",
        CustomParser = static result => Parse<double>(result,
            $"takes a number of seconds from {LeastSeconds.ToString(CultureInfo.InvariantCulture)} to {MostSeconds.ToString(CultureInfo.InvariantCulture)}",
            static (string text, out double value) => double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value)
                && value is >= LeastSeconds and <= MostSeconds),
    };

    /// <summary>A whole number within a range.</summary>
    internal static Option<int?> Whole(string description, int least, int most, string name, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse<int>(result, $"takes a whole number from {least} to {most}",
            (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most),
    };

    /// <summary>An offset in bytes.</summary>
    internal static Option<long?> Offset(string description, string name) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = static result => Parse<long>(result, $"takes a whole number from 0 to {long.MaxValue}",
            static (string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)),
    };

    private delegate bool TryParse<T>(string text, out T value);

    private static T? Parse<T>(ArgumentResult result, string takes, TryParse<T> tryParse)
        where T : struct
    {
        if (result.Tokens is not [{ Value: var text }])
            return null;
        if (tryParse(text, out var value))
            return value;
        var option = (result.Parent as OptionResult)?.IdentifierToken?.Value ?? result.Argument.Name;
        result.AddError($"{option} {takes}, not '{text}'.");
        return null;
    }
}
