using ActorBrowser.ChildEntrypoints.Rendering;
using ActorBrowser.ChildEntrypoints.Rendering.Extraction;
using ActorBrowser.Transport;

namespace ActorBrowser.TabsTests;

/// <summary>Values that a schema takes out of a page, and how a schema or a page that does not fit is refused.</summary>
public sealed class ExtractionSpecs
{
    private const string Page = """
        <h1> A  shop </h1><p class=empty></p>
        <ul><li class=offer><b>Tea</b> <i>$1,299.50</i> <a href=/tea>more</a> <u>yes</u><li class=offer><b>Milk "x"</b> <i>2 pieces</i> <a href="http://b/">more</a> <u>off</u><input disabled></ul>
        """;

    [Theory]
    [InlineData("""{"selector":"h1"}""", "\"A shop\"")]
    [InlineData("""{"type":"object","properties":{"title":{"type":"string","selector":"h1"},"none":{"selector":"h2"}}}""", """{"title":"A shop"}""")]
    [InlineData("""{"type":"object","properties":{"none":{"type":["string","null"],"selector":"h2"}},"required":["none"]}""", """{"none":null}""")]
    [InlineData("""{"type":"array","selector":"li","items":{"type":"object","properties":{"name":{"selector":"b"},"price":{"type":"number","selector":"i"},"url":{"selector":"a","attribute":"href"},"there":{"type":"boolean","selector":"u"},"sold":{"type":"boolean","selector":"input","attribute":"disabled"}}}}""",
        """[{"name":"Tea","price":1299.50,"url":"http://a/tea","there":true},{"name":"Milk \"x\"","price":2,"url":"http://b/","there":false,"sold":true}]""")]
    [InlineData("""{"type":"array","selector":"li b","items":{"type":"string"},"minItems":2,"maxItems":2}""", """["Tea","Milk \"x\""]""")]
    [InlineData("""{"type":"integer","selector":"li:nth-child(2) i","minimum":2,"maximum":2}""", "2")]
    [InlineData("""{"type":"string","selector":"b","enum":["Tea","Milk"],"minLength":3}""", "\"Tea\"")]
    public void Values_match_the_schema(string schema, string json) => Assert.Equal(json, Extract(schema));

    [Theory]
    [InlineData("{", "#")]
    [InlineData("[]", "#")]
    [InlineData("""{"type":"date"}""", "#/type")]
    [InlineData("""{"type":"array","items":{}}""", "#")]
    [InlineData("""{"type":"array","selector":"li"}""", "#")]
    [InlineData("""{"selector":"h1["}""", "#/selector")]
    [InlineData("""{"selector":1}""", "#/selector")]
    [InlineData("""{"pattern":"x"}""", "#/pattern")]
    [InlineData("""{"type":"object","properties":{"a/b":{"type":"object","properties":{"c":{"minimum":1}}}}}""", "#/properties/a~1b/properties/c/minimum")]
    [InlineData("""{"type":"object","properties":{"a":{}},"required":["b"]}""", "#/required")]
    public void A_schema_that_is_not_valid_is_refused_with_the_place(string schema, string place)
    {
        var failure = Assert.Throws<DocumentFailedException>(() => Extract(schema));
        Assert.Equal(DocumentFailure.InvalidSchema, failure.Kind);
        Assert.StartsWith($"The schema is not valid at {place}: ", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"selector":"h2"}""", "#")]
    [InlineData("""{"type":"object","properties":{"x":{"selector":"h2"}},"required":["x"]}""", "#/properties/x")]
    [InlineData("""{"type":"object","properties":{"x":{"type":"number","selector":"h1"}}}""", "#/properties/x")]
    [InlineData("""{"type":"array","selector":"li","items":{"type":"object","properties":{"x":{"type":"integer","selector":"i"}}}}""", "#/items/properties/x")]
    [InlineData("""{"type":"array","selector":"li","items":{},"maxItems":1}""", "#")]
    [InlineData("""{"type":"string","selector":"b","enum":["Milk"]}""", "#")]
    public void A_page_that_does_not_match_is_refused_with_the_place(string schema, string place)
    {
        var failure = Assert.Throws<DocumentFailedException>(() => Extract(schema));
        Assert.Equal(DocumentFailure.SchemaMismatch, failure.Kind);
        Assert.StartsWith($"The page does not match the schema at {place}: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_nested_too_deep_is_refused() =>
        Assert.Throws<DocumentFailedException>(() => Extract(string.Concat(Enumerable.Repeat("{\"type\":\"object\",\"properties\":{\"a\":", 1000)) + "{}" + new string('}', 2000)));

    [Theory]
    [InlineData("$1,299.00", "1299.00")]
    [InlineData("1.299,50 €", "1299.50")]
    [InlineData("1,299", "1299")]
    [InlineData("12,5 kg", "12.5")]
    [InlineData("1.299", "1.299")]
    [InlineData("1.299.000", "1299000")]
    [InlineData("−5 °C", "-5")]
    [InlineData("-$3", "-3")]
    [InlineData("about .5", "0.5")]
    [InlineData("1\u00a0234\u202f567", "1234567")]
    [InlineData("none", null)]
    [InlineData("99999999999999999999999999999999", null)]
    public void A_number_is_read_as_a_person_reads_it(string text, string? number)
    {
        Assert.Equal(number is not null, PageNumber.TryParse(text, out var read));
        Assert.Equal(number is null ? 0 : decimal.Parse(number, System.Globalization.CultureInfo.InvariantCulture), read);
    }

    private static string Extract(string schema)
    {
        using var page = MarkdownSpecs.Parse(Page);
        return page.Texts.Of(DocumentQuery.Extract, schema).Text;
    }
}
