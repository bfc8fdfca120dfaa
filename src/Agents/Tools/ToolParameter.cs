using System.Text.Json.Nodes;

namespace ActorBrowser.Agents;

/// <summary>The type of a value in JSON.</summary>
internal enum ValueKind
{
    Text,
    Whole,
    Flag,
    Texts,
    Objects,
}

/// <summary>One argument of a tool: its part of the JSON schema, and the check of a call's value.</summary>
/// <param name="Name">As in the JSON.</param>
/// <param name="Kind">Its type: a text, a whole number, a flag or a list of texts.</param>
/// <param name="Description">For the model: one sentence.</param>
internal sealed record ToolParameter(string Name, ValueKind Kind, string Description)
{
    internal bool IsRequired { get; init; }

    /// <summary>The least value of a number, or length of a text.</summary>
    internal long Least { get; init; }

    /// <summary>The greatest value of a number, length of a text in characters, or number of texts.</summary>
    internal long Most { get; init; } = int.MaxValue;

    /// <summary>A number's value where none is given; null if that means something else.</summary>
    internal long? Otherwise { get; init; }

    /// <summary>The only values of a text; empty for any.</summary>
    internal IReadOnlyList<string> Choices { get; init; } = [];

    internal JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = Types.NameOf(Kind), ["description"] = Description };
        switch (Kind)
        {
            case ValueKind.Whole:
                (schema["minimum"], schema["maximum"]) = (Least, Most);
                if (Otherwise is { } number)
                    schema["default"] = number;
                break;
            case ValueKind.Text when Choices.Count > 0:
                schema["enum"] = new JsonArray([.. Choices.Select(static choice => (JsonNode)choice)]);
                break;
            case ValueKind.Text:
                (schema["minLength"], schema["maxLength"]) = (Least, Most);
                break;
            case ValueKind.Texts:
                schema["items"] = new JsonObject { ["type"] = "string" };
                schema["maxItems"] = Most;
                break;
            case ValueKind.Flag:
                schema["default"] = false;
                break;
        }
        return schema;
    }
}

/// <summary>One member of a tool's structured result.</summary>
/// <param name="Name">As in the JSON.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Description">What it is, with its unit.</param>
/// <param name="IsOptional">Whether a result may lack it.</param>
internal sealed record ToolField(string Name, ValueKind Kind, string Description, bool IsOptional = false)
{
    /// <summary>The members of each object of a list.</summary>
    internal IReadOnlyList<ToolField> Of { get; init; } = [];

    internal JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = Types.NameOf(Kind), ["description"] = Description };
        if (Kind == ValueKind.Texts)
            schema["items"] = new JsonObject { ["type"] = "string" };
        else if (Kind == ValueKind.Objects)
            schema["items"] = Types.ObjectOf(Of.Select(static field => (field.Name, field.Schema(), !field.IsOptional)));
        return schema;
    }
}

/// <summary>The words of JSON Schema.</summary>
internal static class Types
{
    internal static string NameOf(ValueKind kind) => kind switch
    {
        ValueKind.Text => "string",
        ValueKind.Whole => "integer",
        ValueKind.Flag => "boolean",
        _ => "array",
    };

    internal static JsonObject ObjectOf(IEnumerable<(string Name, JsonObject Schema, bool IsRequired)> members)
    {
        var (properties, required) = (new JsonObject(), new JsonArray());
        foreach (var (name, schema, isRequired) in members)
        {
            properties[name] = schema;
            if (isRequired)
                required.Add((JsonNode)name);
        }
        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required, ["additionalProperties"] = false };
    }
}
