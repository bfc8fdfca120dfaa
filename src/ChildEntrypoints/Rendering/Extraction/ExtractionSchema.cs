using System.Globalization;
using System.Text.Json;
using AngleSharp.Css.Parser;
using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering.Extraction;

/// <summary>The kinds of value that a schema can ask for.</summary>
internal enum ValueKind
{
    Text,
    Number,
    Integer,
    Boolean,
    Object,
    Array,
}

/// <summary>
/// A JSON Schema whose parts say where in a page their values are: <c>selector</c>, and <c>attribute</c> where the value is not the
/// element's text. A keyword that would limit values but is not known is refused, never ignored.
/// </summary>
internal sealed class ExtractionSchema
{
    private const int DeepestSchema = 32;

    private static readonly string[] Annotations = ["$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "additionalProperties", "format"];

    private ExtractionSchema(string place, ValueKind kind)
    {
        Place = place;
        Kind = kind;
    }

    /// <summary>Where in the schema this part is, as a JSON pointer.</summary>
    internal string Place { get; }

    internal ValueKind Kind { get; }

    /// <summary>Whether null stands for a value that the page does not have.</summary>
    internal bool IsNullable { get; private set; }

    /// <summary>Where the value is; null for the element that the part around it has found.</summary>
    internal string? Selector { get; private set; }

    /// <summary>The attribute that holds the value; null for the text.</summary>
    internal string? Attribute { get; private set; }

    internal IReadOnlyList<(string Name, ExtractionSchema Schema, bool Required)> Properties { get; private set; } = [];

    internal ExtractionSchema? Items { get; private set; }

    /// <summary>The limits of a number's value, a text's length, or an array's length.</summary>
    internal (double Least, double Most) Limits { get; private set; } = (double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>The values allowed, as JSON; null for all.</summary>
    internal IReadOnlyList<JsonElement>? Allowed { get; private set; }

    /// <summary>Reads a schema.</summary>
    /// <exception cref="DocumentFailedException">It is not valid; the message names the place.</exception>
    internal static ExtractionSchema Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return Read(document.RootElement.Clone(), "#", 0);
        }
        catch (JsonException e)
        {
            throw SchemaFailure.Invalid("#", $"it is not JSON: {LiveDocument.Collapse(e.Message)}");
        }
    }

    private static ExtractionSchema Read(JsonElement json, string place, int depth)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw SchemaFailure.Invalid(place, "a schema is an object.");
        if (depth > DeepestSchema)
            throw SchemaFailure.Invalid(place, $"it is nested more than {DeepestSchema} deep.");
        var (kind, nullable) = KindOf(json, place);
        var schema = new ExtractionSchema(place, kind) { IsNullable = nullable };
        var required = new HashSet<string>(StringComparer.Ordinal);
        if (json.TryGetProperty("required", out var names))
        {
            foreach (var name in Array(names, $"{place}/required"))
                required.Add(Text(name, $"{place}/required"));
        }
        foreach (var keyword in json.EnumerateObject())
            schema.Apply(keyword, required, depth);
        if (required.Count > 0)
            throw SchemaFailure.Invalid($"{place}/required", $"'{LiveDocument.Shorten(required.First(), 100)}' is none of the properties.");
        if (kind == ValueKind.Array && schema.Items is null)
            throw SchemaFailure.Invalid(place, "an array needs 'items'.");
        if (kind == ValueKind.Array && schema.Selector is null)
            throw SchemaFailure.Invalid(place, "an array needs a 'selector', which finds its items.");
        return schema;
    }

    private void Apply(in JsonProperty keyword, HashSet<string> required, int depth)
    {
        var (value, place) = (keyword.Value, $"{Place}/{Escaped(keyword.Name)}");
        switch (keyword.Name)
        {
            case "type" or "required":
                break;
            case "selector":
                Selector = ValidSelector(Text(value, place), place);
                break;
            case "attribute" when Kind is not (ValueKind.Object or ValueKind.Array):
                Attribute = Text(value, place);
                break;
            case "properties" when Kind == ValueKind.Object:
                if (value.ValueKind != JsonValueKind.Object)
                    throw SchemaFailure.Invalid(place, "it is no object.");
                Properties = [.. value.EnumerateObject().Select(property => (property.Name, Read(property.Value, $"{place}/{Escaped(property.Name)}", depth + 1), required.Remove(property.Name)))];
                break;
            case "items" when Kind == ValueKind.Array:
                Items = Read(value, place, depth + 1);
                break;
            case "enum":
                Allowed = [.. Array(value, place)];
                break;
            case "const":
                Allowed = [value];
                break;
            case "minimum" or "maximum" when Kind is ValueKind.Number or ValueKind.Integer:
            case "minLength" or "maxLength" when Kind == ValueKind.Text:
            case "minItems" or "maxItems" when Kind == ValueKind.Array:
                if (value.ValueKind != JsonValueKind.Number)
                    throw SchemaFailure.Invalid(place, "it is no number.");
                Limits = keyword.Name.StartsWith("min", StringComparison.Ordinal) ? (value.GetDouble(), Limits.Most) : (Limits.Least, value.GetDouble());
                break;
            default:
                if (!Annotations.Contains(keyword.Name))
                    throw SchemaFailure.Invalid(place, $"the keyword is not supported for a value of type {NameOf(Kind)}.");
                break;
        }
    }

    /// <summary>A kind's name in JSON Schema.</summary>
    internal static string NameOf(ValueKind kind) => kind switch
    {
        ValueKind.Text => "string",
        ValueKind.Number => "number",
        ValueKind.Integer => "integer",
        ValueKind.Boolean => "boolean",
        ValueKind.Object => "object",
        _ => "array",
    };

    private static (ValueKind Kind, bool Nullable) KindOf(JsonElement json, string place)
    {
        if (!json.TryGetProperty("type", out var type))
        {
            return json.TryGetProperty("properties", out _) ? (ValueKind.Object, false)
                : json.TryGetProperty("items", out _) ? (ValueKind.Array, false) : (ValueKind.Text, false);
        }
        place += "/type";
        var names = type.ValueKind == JsonValueKind.Array ? Array(type, place).Select(name => Text(name, place)).ToList() : [Text(type, place)];
        var nullable = names.Remove("null");
        if (names.Count != 1)
            throw SchemaFailure.Invalid(place, "it names one type, or one type and null.");
        foreach (var kind in (ReadOnlySpan<ValueKind>)[ValueKind.Text, ValueKind.Number, ValueKind.Integer, ValueKind.Boolean, ValueKind.Object, ValueKind.Array])
        {
            if (NameOf(kind) == names[0])
                return (kind, nullable);
        }
        throw SchemaFailure.Invalid(place, $"'{LiveDocument.Shorten(names[0], 100)}' is no type that can be extracted.");
    }

    private static string ValidSelector(string selector, string place)
    {
        try
        {
            if (new CssSelectorParser().ParseSelector(selector) is not null)
                return selector;
        }
        catch (Exception e) when (DocumentQueries.IsSelectorError(e))
        {
            // Said below.
        }
        throw SchemaFailure.Invalid(place, $"'{LiveDocument.Shorten(selector, 100)}' is not a CSS selector.");
    }

    private static IEnumerable<JsonElement> Array(JsonElement json, string place) =>
        json.ValueKind == JsonValueKind.Array ? json.EnumerateArray() : throw SchemaFailure.Invalid(place, "it is no array.");

    private static string Text(JsonElement json, string place) =>
        json.ValueKind == JsonValueKind.String ? json.GetString()! : throw SchemaFailure.Invalid(place, "it is no string.");

    private static string Escaped(string name) =>
        LiveDocument.Shorten(name, 100).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>A limit as a sentence shows it.</summary>
    internal static string Shown(double limit) => limit.ToString(CultureInfo.InvariantCulture);
}
