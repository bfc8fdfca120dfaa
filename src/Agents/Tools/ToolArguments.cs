using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace ActorBrowser.Agents;

/// <summary>The checked arguments of one call: each is known, of its type, and within its bounds.</summary>
internal sealed class ToolArguments
{
    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);
    private readonly AgentTool _tool;

    private ToolArguments(AgentTool tool) => _tool = tool;

    /// <summary>Checks arguments.</summary>
    /// <exception cref="ToolException">One is missing, unknown, of another type or out of bounds.</exception>
    internal static ToolArguments Read(AgentTool tool, IEnumerable<KeyValuePair<string, JsonElement>>? given)
    {
        var read = new ToolArguments(tool);
        foreach (var (name, value) in given ?? [])
        {
            var parameter = tool.Parameters.FirstOrDefault(one => one.Name == name)
                ?? throw new ToolException($"{tool.Name} has no argument '{Shown(name)}'; it takes {string.Join(", ", tool.Parameters.Select(static one => one.Name))}.");
            // Many models write null for an argument that they do not give.
            if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
                continue;
            if (Problem(parameter, value) is { } problem)
                throw new ToolException($"{name} {problem}");
            read._values[name] = value;
        }
        if (tool.Parameters.FirstOrDefault(one => one.IsRequired && !read._values.ContainsKey(one.Name)) is { } missing)
            throw new ToolException($"{tool.Name} needs {missing.Name}: {missing.Description}");
        return read;
    }

    internal bool Has(string name) => _values.ContainsKey(name);

    internal string Text(string name) => TryText(name, out var text) ? text : "";

    internal bool TryText(string name, [NotNullWhen(true)] out string? text)
    {
        text = _values.TryGetValue(name, out var value) ? value.GetString() : null;
        return text is not null;
    }

    internal bool Flag(string name) => _values.TryGetValue(name, out var value) && value.GetBoolean();

    internal long Whole(string name) => TryWhole(name) ?? _tool.Parameters.First(one => one.Name == name).Otherwise ?? 0;

    internal long? TryWhole(string name) => _values.TryGetValue(name, out var value) ? (long)value.GetDecimal() : null;

    internal IReadOnlyList<string> Texts(string name) =>
        _values.TryGetValue(name, out var value) ? [.. value.EnumerateArray().Select(static item => item.GetString()!)] : [];

    private static string? Problem(ToolParameter parameter, JsonElement value) => parameter.Kind switch
    {
        ValueKind.Flag => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : $"is {Kind(value)}; it takes true or false.",
        ValueKind.Whole => ProblemOfNumber(parameter, value),
        ValueKind.Texts => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(static item => item.ValueKind != JsonValueKind.String || TextOf(item) is null)
            ? $"is {Kind(value)}; it takes a list of texts."
            : value.GetArrayLength() > parameter.Most ? $"has {value.GetArrayLength()} items; at most {parameter.Most} are allowed." : null,
        _ => ProblemOfText(parameter, value),
    };

    private static string? ProblemOfNumber(ToolParameter parameter, JsonElement value)
    {
        // 3.0 is a whole number in JSON, and models write it.
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number == decimal.Truncate(number) && number >= parameter.Least && number <= parameter.Most)
            return null;
        var given = value.ValueKind == JsonValueKind.Number ? Shown(value.GetRawText()) : Kind(value);
        return string.Create(CultureInfo.InvariantCulture, $"is {given}; it takes a whole number from {parameter.Least} to {parameter.Most}.");
    }

    private static string? ProblemOfText(ToolParameter parameter, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            return $"is {Kind(value)}; it takes a text.";
        if (TextOf(value) is not { } text)
            return "is a text with half a surrogate pair, which is no Unicode text.";
        if (parameter.Choices.Count > 0)
            return parameter.Choices.Contains(text) ? null : $"is '{Shown(text)}'; it takes {string.Join(", ", parameter.Choices)}.";
        return text.Length < parameter.Least ? $"has {text.Length} characters; at least {parameter.Least} are needed."
            : text.Length > parameter.Most ? $"has {text.Length} characters; at most {parameter.Most} are allowed."
            : text.Contains('\0', StringComparison.Ordinal) && parameter.Name != "text" ? "contains the character U+0000, which is not allowed."
            : null;
    }

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escape in the JSON names half a character.
            return null;
        }
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        _ => "true or false",
    };

    private static string Shown(string text) => VisibleText.Line(VisibleText.Shorten(text, 60));
}
