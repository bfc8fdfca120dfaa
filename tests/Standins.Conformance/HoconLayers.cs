using Akka.Configuration;
using Xunit;

namespace ActorBrowser.Standins.Conformance;

public sealed class HoconLayers
{
    [Fact]
    public void A_reference_stands_for_the_value_at_its_path()
    {
        var config = ConfigurationFactory.ParseString(
            """
            base { port = 80, name = web }
            copy = ${base}
            url = "http://"${base.name}":"${base.port}
            greeting = hello ${base.name}
            """);

        Assert.Equal(80, config.GetInt("copy.port"));
        Assert.Equal("http://web:80", config.GetString("url"));
        Assert.Equal("hello web", config.GetString("greeting"));
    }

    [Fact]
    public void A_reference_sees_what_is_written_after_it()
    {
        var config = ConfigurationFactory.ParseString("a = ${b}, b = 1, b = 2");

        Assert.Equal(2, config.GetInt("a"));
    }

    [Fact]
    public void A_fallback_fills_the_gaps_key_by_key_and_overrides_nothing()
    {
        var config = ConfigurationFactory.ParseString("a = { x = 1 }, list = [1]")
            .WithFallback(ConfigurationFactory.ParseString("a = { x = 9, y = 2 }, list = [2, 3], b = 4"))
            .WithFallback("a = { z = 3 }, b = 9");

        Assert.Equal([1, 2, 3], new[] { "a.x", "a.y", "a.z" }.Select(path => config.GetInt(path)));
        Assert.Equal([1], config.GetIntList("list"));
        Assert.Equal(4, config.GetInt("b"));
    }

    [Fact]
    public void Neither_layer_changes_when_they_are_joined()
    {
        var upper = ConfigurationFactory.ParseString("a { x = 1 }");
        var lower = ConfigurationFactory.ParseString("a { y = 2 }");

        var joined = upper.WithFallback(lower);

        Assert.True(joined.HasPath("a.x") && joined.HasPath("a.y"));
        Assert.False(upper.HasPath("a.y"));
        Assert.False(lower.HasPath("a.x"));
    }

    [Fact]
    public void A_scalar_hides_an_object_below_it_and_the_other_way_round()
    {
        var scalar = ConfigurationFactory.ParseString("a.b = 1");
        var tree = ConfigurationFactory.ParseString("a.b.c = 2");

        Assert.Equal(1, scalar.WithFallback(tree).GetInt("a.b"));
        Assert.False(scalar.WithFallback(tree).HasPath("a.b.c"));
        Assert.Equal(2, tree.WithFallback(scalar).GetInt("a.b.c"));
    }

    [Fact]
    public void An_empty_layer_adds_nothing_and_null_is_no_layer()
    {
        var config = ConfigurationFactory.ParseString("a = 1");

        Assert.Same(config, config.WithFallback(null));
        Assert.Same(config, config.WithFallback(ConfigurationFactory.Empty));
        Assert.Same(config, ConfigurationFactory.Empty.WithFallback(config));
        Assert.Same(config, ((Config?)null).SafeWithFallback(config));
        Assert.Throws<ArgumentException>(() => config.WithFallback(config));
    }

    [Fact]
    public void A_sub_configuration_keeps_its_fallbacks()
    {
        var sub = ConfigurationFactory.ParseString("a.b { x = 1 }")
            .WithFallback(ConfigurationFactory.ParseString("a.b { x = 9, y = 2 }"))
            .GetConfig("a.b");

        Assert.Equal(1, sub.GetInt("x"));
        Assert.Equal(2, sub.GetInt("y"));
        Assert.Equal(["x", "y"], sub.AsEnumerable().Select(entry => entry.Key).Order());
    }

    [Fact]
    public void A_sub_configuration_that_is_not_there_is_null()
    {
        var config = ConfigurationFactory.ParseString("a = 1");

        Assert.Null(config.GetConfig("b"));
        Assert.True(config.GetConfig("b").IsNullOrEmpty());
        Assert.True(ConfigurationFactory.Empty.IsEmpty);
        Assert.False(config.IsNullOrEmpty());
    }

    [Fact]
    public void What_is_printed_can_be_read_again()
    {
        var config = ConfigurationFactory.ParseString("a { b = \"two words\", c = [1, 2], d { e = x } }");

        var again = ConfigurationFactory.ParseString(config.ToString());

        Assert.Equal("two words", again.GetString("a.b"));
        Assert.Equal([1, 2], again.GetIntList("a.c"));
        Assert.Equal("x", again.GetString("a.d.e"));
    }

    [Fact]
    public void Printing_with_fallbacks_prints_what_is_in_force()
    {
        var config = ConfigurationFactory.ParseString("a = 1").WithFallback("b = 2");

        Assert.DoesNotContain("b : 2", config.ToString());
        Assert.Contains("b : 2", config.ToString(includeFallback: true));
    }

    [Fact]
    public void An_object_becomes_a_configuration()
    {
        var config = ConfigurationFactory.FromObject(new { a = new { b = 1, c = new[] { "x", "y" } }, d = "text", e = true });

        Assert.Equal(1, config.GetInt("a.b"));
        Assert.Equal(["x", "y"], config.GetStringList("a.c"));
        Assert.Equal("text", config.GetString("d"));
        Assert.True(config.GetBoolean("e"));
    }
}
