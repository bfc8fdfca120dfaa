using Akka.Configuration;

namespace ActorBrowser.ActorsTests;

/// <summary>HOCON as users write it, read through our settings: the behaviour of Akka's parser on which we rely.</summary>
[Trait("Tier", "Fast")]
public sealed class HoconSpecs
{
    private static ActorBrowserSettings From(string hocon) => ActorBrowserSettings.From(ConfigurationFactory.ParseString(hocon));

    [Theory]
    [InlineData("actorbrowser.fetch.max-pending = 7")]
    [InlineData("actorbrowser { fetch { max-pending = 7 } }")]
    [InlineData("actorbrowser.fetch { max-pending : 7 }")]
    [InlineData("\"actorbrowser\" { \"fetch\" { \"max-pending\" : 7 } }")]
    [InlineData("{ actorbrowser : { fetch : { max-pending : 7 } } }")]
    [InlineData("actorbrowser.fetch.max-pending = \"7\"")]
    [InlineData("actorbrowser.fetch.max-pending = 5\nactorbrowser.fetch.max-pending = 7")]
    [InlineData("actorbrowser { fetch { max-pending = 5 } }\nactorbrowser { fetch { max-pending = 7 } }")]
    [InlineData("# a comment\nactorbrowser.fetch.max-pending = 7 # another\n// and a third")]
    [InlineData("mine = 7\nactorbrowser.fetch.max-pending = ${mine}")]
    public void Paths_objects_comments_and_substitutions_are_ways_to_say_one_thing(string hocon)
    {
        var settings = From(hocon);
        Assert.Equal(7, settings.Fetch.MaxPending);
        Assert.Equal(From("").Fetch with { MaxPending = 7 }, settings.Fetch);
    }

    [Theory]
    [InlineData("1500ms", 1500)]
    [InlineData("1500 ms", 1500)]
    [InlineData("1.5s", 1500)]
    [InlineData("2 s", 2000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("250", 250)]
    public void A_time_has_a_unit_or_is_milliseconds(string text, double milliseconds) =>
        Assert.Equal(milliseconds, From($"actorbrowser.child.handshake-timeout = {text}").Child.HandshakeTimeout.TotalMilliseconds);

    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("4 KiB", 4096)]
    [InlineData("4KiB", 4096)]
    [InlineData("1 MiB", 1 << 20)]
    [InlineData("1 MB", 1_000_000)]
    public void A_size_has_a_unit_or_is_bytes(string text, int bytes) =>
        Assert.Equal(bytes, From($"actorbrowser.child.max-log-line = {text}").Child.MaxLogLine);

    [Theory]
    [InlineData("[\"10.0.0.0/8\", \"192.168.0.0/16\"]")]
    [InlineData("[10.0.0.0/8, 192.168.0.0/16]")]
    [InlineData("[\n  \"10.0.0.0/8\"\n  \"192.168.0.0/16\"\n]")]
    public void A_list_is_separated_by_commas_or_lines(string text) =>
        Assert.Equal(["10.0.0.0/8", "192.168.0.0/16"], From($"actorbrowser.network.allowed-private-networks = {text}").Network.AllowedPrivateNetworks);

    [Theory]
    [InlineData("actorbrowser.child.handshake-timeout = infinite")]
    [InlineData("actorbrowser.child.handshake-timeout = -5s")]
    [InlineData("actorbrowser.child.handshake-timeout = soon")]
    [InlineData("actorbrowser.child.handshake-timeout = 5 parsecs")]
    [InlineData("actorbrowser.child.max-log-line = 99999999999999999999")]
    [InlineData("actorbrowser.fetch.max-pending = [1, 2]")]
    [InlineData("actorbrowser.fetch.max-pending { a = 1 }")]
    [InlineData("actorbrowser.fetch.max-pending = null")]
    public void A_value_of_another_kind_is_a_configuration_error_and_nothing_else(string hocon) =>
        Assert.Throws<ConfigurationException>(() => From(hocon));
}
