using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActorBrowser.Transport;
using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering.Extraction;

/// <summary>Takes the values out of a page that a schema describes, as JSON.</summary>
internal sealed class PageExtraction
{
    /// <summary>The longest answer, in bytes.</summary>
    private const int LongestAnswer = 16 << 20;

    private readonly LiveDocument _live;
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Utf8JsonWriter _json;

    private PageExtraction(LiveDocument live)
    {
        _live = live;
        _json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>The values as one JSON text.</summary>
    /// <exception cref="DocumentFailedException">The schema is not valid, or the page does not match it.</exception>
    internal static string Of(LiveDocument live, string schema)
    {
        var read = ExtractionSchema.Parse(schema);
        var extraction = new PageExtraction(live);
        if (live.Document.DocumentElement is not { } root || !extraction.Write(read, root, null))
            throw SchemaFailure.Mismatch(read.Place, $"no element matches '{LiveDocument.Shorten(read.Selector ?? "", 100)}'.");
        extraction._json.Flush();
        return Encoding.UTF8.GetString(extraction._bytes.WrittenSpan);
    }

    // Writes a value, with its name in an object; false if the page does not have it.
    private bool Write(ExtractionSchema schema, IElement context, string? name)
    {
        if (_json.BytesCommitted + _json.BytesPending > LongestAnswer)
            throw new DocumentFailedException(DocumentFailure.TooLarge, $"The values that the schema finds take more than {LongestAnswer} bytes.");
        if (schema.Kind == ValueKind.Array)
        {
            WriteArray(schema, context, name);
            return true;
        }
        if ((schema.Selector is null ? context : context.QuerySelector(schema.Selector)) is not { } element || (schema.Kind != ValueKind.Boolean && schema.Attribute is { } attribute && !element.HasAttribute(attribute)))
            return WriteNothing(schema, name);
        if (name is not null)
            _json.WritePropertyName(name);
        if (schema.Kind == ValueKind.Object)
            WriteObject(schema, element);
        else
            WriteValue(schema, element);
        return true;
    }

    private bool WriteNothing(ExtractionSchema schema, string? name)
    {
        if (!schema.IsNullable)
            return false;
        if (name is not null)
            _json.WritePropertyName(name);
        _json.WriteNullValue();
        return true;
    }

    private void WriteObject(ExtractionSchema schema, IElement element)
    {
        _json.WriteStartObject();
        foreach (var (name, property, required) in schema.Properties)
        {
            if (!Write(property, element, name) && required)
                throw SchemaFailure.Mismatch(property.Place, $"the value is required, and no element{(property.Attribute is null ? "" : $" with the attribute '{LiveDocument.Shorten(property.Attribute, 100)}'")} matches '{LiveDocument.Shorten(property.Selector ?? "", 100)}'.");
        }
        _json.WriteEndObject();
    }

    private void WriteArray(ExtractionSchema schema, IElement context, string? name)
    {
        if (name is not null)
            _json.WritePropertyName(name);
        _json.WriteStartArray();
        var count = 0;
        foreach (var element in context.QuerySelectorAll(schema.Selector!))
        {
            // An element without the item's value is no item.
            count += Write(schema.Items!, element, null) ? 1 : 0;
        }
        _json.WriteEndArray();
        CheckLimits(schema, count, "items");
    }

    private void WriteValue(ExtractionSchema schema, IElement element)
    {
        var text = schema.Attribute is null ? LiveDocument.Collapse(element.TextContent) : AttributeOf(element, schema.Attribute);
        switch (schema.Kind)
        {
            case ValueKind.Boolean:
                var truth = schema.Attribute is not null ? element.HasAttribute(schema.Attribute) && !IsNo(text) : IsYes(text) || (IsNo(text) ? false : throw NoValue(schema, text));
                CheckAllowed(schema, value => value.ValueKind == (truth ? JsonValueKind.True : JsonValueKind.False), truth ? "true" : "false");
                _json.WriteBooleanValue(truth);
                break;
            case ValueKind.Number or ValueKind.Integer:
                if (!PageNumber.TryParse(text, out var number) || (schema.Kind == ValueKind.Integer && number != decimal.Truncate(number)))
                    throw NoValue(schema, text);
                CheckLimits(schema, (double)number, "");
                CheckAllowed(schema, value => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var allowed) && allowed == number, text);
                if (schema.Kind == ValueKind.Integer)
                    _json.WriteRawValue(decimal.Truncate(number).ToString("0", CultureInfo.InvariantCulture));
                else
                    _json.WriteNumberValue(number);
                break;
            default:
                CheckLimits(schema, text.EnumerateRunes().Count(), "characters");
                CheckAllowed(schema, value => value.ValueKind == JsonValueKind.String && value.GetString() == text, text);
                _json.WriteStringValue(text);
                break;
        }
    }

    private string AttributeOf(IElement element, string name)
    {
        var value = element.GetAttribute(name) ?? "";
        return name is "href" or "src" or "action" or "poster" or "cite" ? _live.Resolve(value, anyScheme: true) ?? value : value;
    }

    private static bool IsYes(string text) => text.ToUpperInvariant() is "TRUE" or "YES" or "ON" or "1";

    private static bool IsNo(string text) => text.ToUpperInvariant() is "FALSE" or "NO" or "OFF" or "0";

    private static void CheckLimits(ExtractionSchema schema, double value, string unit)
    {
        var what = unit.Length > 0 ? $"{ExtractionSchema.Shown(value)} {unit}" : ExtractionSchema.Shown(value);
        if (value < schema.Limits.Least)
            throw SchemaFailure.Mismatch(schema.Place, $"{what}; at least {ExtractionSchema.Shown(schema.Limits.Least)} are demanded.");
        if (value > schema.Limits.Most)
            throw SchemaFailure.Mismatch(schema.Place, $"{what}; at most {ExtractionSchema.Shown(schema.Limits.Most)} are allowed.");
    }

    private static void CheckAllowed(ExtractionSchema schema, Func<JsonElement, bool> equals, string shown)
    {
        if (schema.Allowed is { } allowed && !allowed.Any(equals))
            throw SchemaFailure.Mismatch(schema.Place, $"'{LiveDocument.Shorten(shown, 100)}' is none of the values allowed.");
    }

    private static DocumentFailedException NoValue(ExtractionSchema schema, string text) =>
        SchemaFailure.Mismatch(schema.Place, $"'{LiveDocument.Shorten(text, 100)}' is no {ExtractionSchema.NameOf(schema.Kind)}.");
}
