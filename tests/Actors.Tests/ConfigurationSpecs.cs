using Akka.Configuration;

namespace ActorBrowser.ActorsTests;

public sealed class ConfigurationSpecs
{
    [Fact]
    public void Every_key_has_a_property_and_every_property_a_key()
    {
        var keys = Keys(ActorBrowserSettings.Reference.GetConfig("actorbrowser"), "").Where(static k => !k.StartsWith("sandbox.", StringComparison.Ordinal)).Order().ToArray();
        Type[] sections = [typeof(ChildSettings), typeof(RestartSettings), typeof(FetchSettings), typeof(NetworkSettings)];
        var names = sections.ToDictionary(t => t.Name.Replace("Settings", "", StringComparison.Ordinal).ToLowerInvariant());
        names["commands"] = typeof(CommandSettings);
        foreach (var key in keys.Where(k => !k.StartsWith("channel.", StringComparison.Ordinal)))
        {
            var section = names[key.Split('.')[0]];
            Assert.Contains(section.GetProperties(), p => p.Name == Pascal(key.Split('.')[1]));
        }
        Assert.All(names, pair => Assert.All(pair.Value.GetProperties().Where(p => p.Name != "EqualityContract"),
            p => Assert.Contains(keys, k => k.StartsWith(pair.Key + ".", StringComparison.Ordinal) && Pascal(k.Split('.')[1]) == p.Name)));
        Assert.Equal(["channel.max-descriptors", "channel.max-frame", "channel.max-queued"], keys.Where(k => k.StartsWith("channel.", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("actorbrowser.fetch.max-redirects = 5000", "fetch.max-redirects")]
    [InlineData("actorbrowser.child.shutdown-timeout = 0s", "child.shutdown-timeout")]
    [InlineData("actorbrowser.restart.jitter = 2", "restart.jitter")]
    [InlineData("actorbrowser.network.allowed-private-networks = [nonsense]", "network.allowed-private-networks")]
    [InlineData("actorbrowser.fetch.max-pending = many", "fetch.max-pending")]
    public void A_wrong_value_names_its_key(string hocon, string key)
    {
        var wrong = Assert.Throws<ConfigurationException>(() => ActorBrowserSettings.From(ConfigurationFactory.ParseString(hocon)));
        Assert.Contains(key, wrong.Message, StringComparison.Ordinal);
    }

    private static string Pascal(string key) => string.Concat(key.Split('-').Select(w => char.ToUpperInvariant(w[0]) + w[1..]));

    private static IEnumerable<string> Keys(Config config, string prefix) =>
        config.AsEnumerable().SelectMany(pair => pair.Value.IsObject() ? Keys(config.GetConfig(pair.Key), prefix + pair.Key + ".") : [prefix + pair.Key]);
}
