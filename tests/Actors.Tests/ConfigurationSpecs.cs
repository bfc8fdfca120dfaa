using Akka.Configuration;

namespace ActorBrowser.ActorsTests;

[Trait("Tier", "Fast")]
public sealed class ConfigurationSpecs
{
    [Fact]
    public void Every_key_has_a_property_and_every_property_a_key()
    {
        // Embedders choose the names of roles and of their variables.
        var keys = Keys(ActorBrowserSettings.Reference.GetConfig("actorbrowser"), "")
            .Where(static k => !k.StartsWith("sandbox.", StringComparison.Ordinal) && !k.StartsWith("child.environment.", StringComparison.Ordinal)).Order().ToArray();
        // A section corresponds to the properties of its class, including those of its limits.
        var sections = new Dictionary<string, Type[]>
        {
            ["child"] = [typeof(ChildSettings)],
            ["restart"] = [typeof(RestartSettings)],
            ["fetch"] = [typeof(FetchSettings)],
            ["network"] = [typeof(NetworkSettings)],
            ["commands"] = [typeof(CommandSettings)],
            ["egress"] = [typeof(EgressSettings)],
            ["permissions"] = [typeof(PermissionSettings)],
            ["egress"] = [typeof(EgressSettings)],
            ["pools.renderer"] = [typeof(PoolSettings)],
            ["pools.image-decoder"] = [typeof(PoolSettings)],
            ["tabs"] = [typeof(TabSettings), typeof(Transport.DocumentLimits)],
            ["crawl"] = [typeof(CrawlSettings)],
            ["images"] = [typeof(ImageSettings), typeof(Transport.ImageLimits)],
            ["crashes"] = [typeof(CrashSettings)],
            ["role"] = [typeof(RoleSettings)],
        };
        Type[] nested = [typeof(PoolSettings), typeof(Transport.DocumentLimits), typeof(Transport.ImageLimits), typeof(Transport.ScriptLimits)];
        // The keys of these have "script" in their names.
        string[] scripts = [.. typeof(Transport.ScriptLimits).GetProperties().Select(static property => property.Name switch { "MaxMilliseconds" => "MaxScriptTime", "MaxBytes" => "MaxScriptMemory", var name => name.Replace("Max", "MaxScript", StringComparison.Ordinal) })];
        foreach (var (section, types) in sections)
        {
            var properties = types.SelectMany(static type => type.GetProperties()).Where(property => property.Name != "EqualityContract" && !nested.Contains(property.PropertyType))
                .Select(static property => property.Name.Replace("Milliseconds", "Time", StringComparison.Ordinal)).Concat(section == "tabs" ? scripts : []).Order(StringComparer.Ordinal);
            var own = keys.Where(key => key.StartsWith(section + ".", StringComparison.Ordinal)).Select(key => Pascal(key[(section.Length + 1)..])).Order(StringComparer.Ordinal);
            Assert.Equal(properties, own);
        }
        Assert.All(keys, key => Assert.Contains(sections.Keys.Append("channel"), section => key.StartsWith(section + ".", StringComparison.Ordinal)));
        Assert.Equal(["channel.max-descriptors", "channel.max-frame", "channel.max-queued"], keys.Where(k => k.StartsWith("channel.", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("actorbrowser.fetch.max-redirects = 5000", "fetch.max-redirects")]
    [InlineData("actorbrowser.child.shutdown-timeout = 0s", "child.shutdown-timeout")]
    [InlineData("actorbrowser.child.executable = \"\"", "child.executable is empty")]
    [InlineData("actorbrowser.restart.jitter = 2", "restart.jitter")]
    [InlineData("actorbrowser.restart.roles.network.jitter = 2", "restart.roles.network.jitter")]
    [InlineData("actorbrowser.restart.roles.network.retries = 2", "restart.roles.network.retries")]
    [InlineData("actorbrowser.restart.roles.network = 2", "restart.roles.network")]
    [InlineData("actorbrowser.child.environment.network = 2", "child.environment.network")]
    [InlineData("actorbrowser.child.environment.network.LIST = [a, b]", "child.environment.network.LIST")]
    [InlineData("actorbrowser.child.environment.network.ACTORBROWSER_ROLE = x", "child.environment.network.ACTORBROWSER_ROLE")]
    [InlineData("actorbrowser.child.environment.network.\"A=B\" = x", "A=B")]
    [InlineData("actorbrowser.network.allowed-private-networks = [nonsense]", "network.allowed-private-networks")]
    [InlineData("actorbrowser.fetch.max-pending = many", "fetch.max-pending is 'many', which is not a whole number")]
    [InlineData("actorbrowser.fetch.total-timeout = 5 parsecs", "fetch.total-timeout is '5 parsecs', which is not a time: 500ms, 30s, 5m, 2h")]
    [InlineData("actorbrowser.fetch.total-timeout = 40d", "fetch.total-timeout is 40d; it must be 0 or more, and at most 24 days")]
    [InlineData("actorbrowser.fetch.initial-credit = 5 quarts", "fetch.initial-credit is '5 quarts', which is not a size: 64 KiB, 10 MiB, 1 GiB")]
    public void A_wrong_value_names_its_key(string hocon, string key)
    {
        var wrong = Assert.Throws<ConfigurationException>(() => ActorBrowserSettings.From(ConfigurationFactory.ParseString(hocon)));
        Assert.Contains(key, wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("actorbrowser.fetch.max-pendng = 5", "actorbrowser.fetch.max-pendng", "actorbrowser.fetch.max-pending")]
    [InlineData("actorbrowser { child { handshake-timout = 5s } }", "actorbrowser.child.handshake-timout", "actorbrowser.child.handshake-timeout")]
    [InlineData("actorbrowser.network.agent.name = x", "actorbrowser.network.agent.name", "")]
    [InlineData("actorbrowser.pools.render.spares = 1", "actorbrowser.pools.render.spares", "actorbrowser.pools.renderer.spares")]
    public void A_key_that_is_none_is_refused_with_the_one_that_is_meant(string hocon, string key, string meant)
    {
        var wrong = Assert.Throws<ConfigurationException>(() => ActorBrowserSettings.From(ConfigurationFactory.ParseString(hocon)));
        Assert.Contains($"The key {key} does not exist.", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(meant, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_role_has_what_is_configured_for_it_alone_and_for_the_rest_what_is_for_all()
    {
        var restart = ActorBrowserSettings.From(ConfigurationFactory.ParseString(
            "actorbrowser.restart {\nmax-restarts = 7\nroles.network.give-up-for = 1s\nroles.image-decoder { max-restarts = 2 }\n}")).Restart;
        Assert.Equal((7, 30.0), (restart.For("renderer").MaxRestarts, restart.For("renderer").GiveUpFor.TotalSeconds));
        Assert.Equal((7, 1.0), (restart.For("network").MaxRestarts, restart.For("network").GiveUpFor.TotalSeconds));
        Assert.Equal((2, 30.0), (restart.For("image-decoder").MaxRestarts, restart.For("image-decoder").GiveUpFor.TotalSeconds));
    }

    [Fact]
    public void Variables_of_a_role_are_laid_over_the_references()
    {
        var child = ActorBrowserSettings.From(ConfigurationFactory.ParseString(
            "actorbrowser.child.environment {\nnetwork { LC_ALL = C.UTF-8 }\nrenderer { DOTNET_TC_CallCountThreshold = 1e }\n}")).Child;
        Assert.Equal("C.UTF-8", child.EnvironmentOf("network")["LC_ALL"]);
        Assert.Equal("1e", child.EnvironmentOf("renderer")["DOTNET_TC_CallCountThreshold"]);
        Assert.Empty(child.EnvironmentOf("echo"));
    }

    private static string Pascal(string key) => string.Concat(key.Split('-').Select(w => char.ToUpperInvariant(w[0]) + w[1..]));

    private static IEnumerable<string> Keys(Config config, string prefix) =>
        config.AsEnumerable().SelectMany(pair => pair.Value.IsObject() ? Keys(config.GetConfig(pair.Key), prefix + pair.Key + ".") : [prefix + pair.Key]);
}
