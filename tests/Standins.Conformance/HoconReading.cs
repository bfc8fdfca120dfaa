using Akka.Configuration;
using Akka.Configuration.Hocon;
using Xunit;

namespace ActorBrowser.Standins.Conformance;

public sealed class HoconReading
{
    [Theory]
    [InlineData("a { b { c = 1 } }")]
    [InlineData("a.b.c = 1")]
    [InlineData("a.b { c : 1 }")]
    [InlineData("\"a\" { \"b\" { \"c\" : 1 } }")]
    [InlineData("{ a : { b : { c : 1 } } }")]
    public void Paths_and_nested_objects_are_two_ways_to_say_one_thing(string text) =>
        Assert.Equal(1, ConfigurationFactory.ParseString(text).GetInt("a.b.c"));

    [Fact]
    public void A_quoted_key_may_hold_dots_and_is_quoted_in_the_path()
    {
        var config = ConfigurationFactory.ParseString("deployment { \"/a.b/*\" { n = 1 } }");

        Assert.Equal(1, config.GetInt("deployment.\"/a.b/*\".n"));
        Assert.False(config.HasPath("deployment./a.b/*.n"));
    }

    [Fact]
    public void The_last_value_of_a_key_wins_and_objects_of_one_key_are_joined()
    {
        var config = ConfigurationFactory.ParseString(
            """
            a { x = 1, y = 2 }
            a { y = 3, z = 4 }
            b = 1
            b = 2
            """);

        Assert.Equal([1, 3, 4], new[] { "a.x", "a.y", "a.z" }.Select(path => config.GetInt(path)));
        Assert.Equal(2, config.GetInt("b"));
    }

    [Fact]
    public void Comments_start_with_a_hash_or_two_slashes()
    {
        var config = ConfigurationFactory.ParseString(
            """
            # one
            a = 1 # two
            // three
            b = 2 // four
            c = "a # b // c"
            """);

        Assert.Equal("1", config.GetString("a"));
        Assert.Equal("2", config.GetString("b"));
        Assert.Equal("a # b // c", config.GetString("c"));
    }

    [Theory]
    [InlineData("a = plain words here ", "plain words here")]
    [InlineData("a = \"quoted\"", "quoted")]
    [InlineData("a = \"tab\\there\\u0021\"", "tab\there!")]
    [InlineData("a = \"\"\"C:\\raw \"text\" \"\"\"", "C:\\raw \"text\"")]
    [InlineData("a = \"with = and : inside\"", "with = and : inside")]
    [InlineData("a = one \"two\" three", "one two three")]
    [InlineData("a = null", null)]
    [InlineData("a = \"null\"", null)]
    public void Text_is_plain_quoted_or_triple_quoted_and_trimmed(string text, string? expected) =>
        Assert.Equal(expected, ConfigurationFactory.ParseString(text).GetString("a"));

    [Fact]
    public void Lists_are_separated_by_commas_or_line_ends_and_join_when_side_by_side()
    {
        var config = ConfigurationFactory.ParseString(
            """
            a = [1, 2, 3]
            b = [
              x
              y z
            ]
            c = [1, 2] [3]
            d = ${a} [4]
            e = []
            """);

        Assert.Equal([1, 2, 3], config.GetIntList("a"));
        Assert.Equal(["x", "y z"], config.GetStringList("b"));
        Assert.Equal([1L, 2L, 3L], config.GetLongList("c"));
        Assert.Equal([1, 2, 3, 4], config.GetIntList("d"));
        Assert.Empty(config.GetStringList("e"));
        Assert.Empty(config.GetStringList("nothing"));
    }

    [Theory]
    [InlineData("on", true)]
    [InlineData("true", true)]
    [InlineData("off", false)]
    [InlineData("false", false)]
    public void Booleans_are_on_and_off_or_true_and_false(string text, bool expected) =>
        Assert.Equal(expected, ConfigurationFactory.ParseString($"a = {text}").GetBoolean("a", !expected));

    [Theory]
    [InlineData("yes")]
    [InlineData("TRUE")]
    [InlineData("1")]
    public void No_other_word_is_a_boolean(string text) =>
        Assert.Throws<NotSupportedException>(() => ConfigurationFactory.ParseString($"a = {text}").GetBoolean("a"));

    [Theory]
    [InlineData("250", 250)]
    [InlineData("250ms", 250)]
    [InlineData("3 millis", 3)]
    [InlineData("1.5s", 1_500)]
    [InlineData("10 seconds", 10_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1 hour", 3_600_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("infinite", -1)]
    public void Durations_have_a_unit_and_are_milliseconds_without(string text, double milliseconds) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(milliseconds), ConfigurationFactory.ParseString($"a = {text}").GetTimeSpan("a"));

    [Theory]
    [InlineData("-1s")]
    [InlineData("-5")]
    [InlineData("5 fortnights")]
    [InlineData("soon")]
    public void Anything_else_is_no_duration(string text) =>
        Assert.Throws<FormatException>(() => ConfigurationFactory.ParseString($"a = {text}").GetTimeSpan("a"));

    [Fact]
    public void An_infinite_duration_can_be_refused_and_a_missing_one_takes_the_default()
    {
        var config = ConfigurationFactory.ParseString("a = infinite");

        Assert.Throws<FormatException>(() => config.GetTimeSpan("a", null, allowInfinite: false));
        Assert.Equal(TimeSpan.FromSeconds(7), config.GetTimeSpan("b", TimeSpan.FromSeconds(7)));
        Assert.Equal(TimeSpan.Zero, config.GetTimeSpan("b"));
    }

    [Theory]
    [InlineData("10", 10)]
    [InlineData("10b", 10)]
    [InlineData("10 bytes", 10)]
    [InlineData("1k", 1_024)]
    [InlineData("1K", 1_024)]
    [InlineData("1KiB", 1_024)]
    [InlineData("1kB", 1_000)]
    [InlineData("2 MiB", 2_097_152)]
    [InlineData("1m", 1_048_576)]
    [InlineData("1MB", 1_000_000)]
    [InlineData("3G", 3_221_225_472)]
    [InlineData("1TiB", 1_099_511_627_776)]
    public void Sizes_count_in_1024_by_letter_and_in_1000_by_abbreviation(string text, long bytes) =>
        Assert.Equal(bytes, ConfigurationFactory.ParseString($"a = {text}").GetByteSize("a", null));

    [Fact]
    public void A_size_without_a_known_unit_is_an_error_and_a_missing_one_the_default()
    {
        var config = ConfigurationFactory.ParseString("a = 1 sack");

        Assert.Throws<FormatException>(() => config.GetByteSize("a", null));
        Assert.Equal(5, config.GetByteSize("b", 5));
        Assert.Null(config.GetByteSize("b", null));
    }

    [Fact]
    public void Numbers_are_read_without_regard_to_the_culture()
    {
        var config = ConfigurationFactory.ParseString("a = 1.25, b = -7");

        Assert.Equal(1.25, config.GetDouble("a"));
        Assert.Equal(1.25m, config.GetDecimal("a"));
        Assert.Equal(-7, config.GetInt("b"));
        Assert.Equal(-7L, config.GetLong("b"));
        Assert.Throws<FormatException>(() => config.GetInt("a"));
        Assert.Equal(3, config.GetInt("nothing", 3));
    }

    [Fact]
    public void Unquoted_text_with_a_colon_is_refused()
    {
        Assert.Throws<ConfigurationException>(() => ConfigurationFactory.ParseString("a = http://host"));
        Assert.Equal("http://host", ConfigurationFactory.ParseString("a = \"http://host\"").GetString("a"));
    }

    [Theory]
    [InlineData("a = \"\\q\"")]
    [InlineData("a { b = 1 }, c = 2")]
    [InlineData("a = ${nowhere}")]
    public void Malformed_text_is_a_format_error(string text) =>
        Assert.Throws<FormatException>(() => ConfigurationFactory.ParseString(text));

    [Fact]
    public void An_include_is_put_where_it_stands_and_its_references_are_its_own()
    {
        var config = ConfigurationFactory.ParseString(
            "a { include \"other\" }", name => Parser.Parse($"x = {name}, y = ${{x}}", null));

        Assert.Equal("other", config.GetString("a.x"));
        Assert.Equal("other", config.GetString("a.y"));
    }
}
