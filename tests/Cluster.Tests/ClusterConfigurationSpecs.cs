using ActorBrowser.Cluster;
using Akka.Configuration;

namespace ActorBrowser.ClusterTests;

/// <summary>The reference configuration, cluster.conf, is the only home of defaults, and each of its keys is read.</summary>
public sealed class ClusterConfigurationSpecs
{
    private static readonly string[] s_texts = ["role", "secret", "tabs.journal"];

    public static TheoryData<string> Keys => new(KeysOf(ClusterSettings.Reference.GetConfig("actorbrowser.cluster"), ""));

    [Theory]
    [MemberData(nameof(Keys))]
    public void Each_key_is_read_and_a_value_of_another_kind_is_refused_by_name(string key)
    {
        if (s_texts.Contains(key))
            Assert.NotEqual(ClusterSettings.From(Config.Empty), ClusterSettings.From(ConfigurationFactory.ParseString($"actorbrowser.cluster.{key} = other")));
        else
            Assert.Contains($"actorbrowser.cluster.{key}", Assert.Throws<ConfigurationException>(
                () => ClusterSettings.From(ConfigurationFactory.ParseString($"actorbrowser.cluster.{key} = nonsense"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Profiles_are_a_list()
    {
        Assert.Empty(ClusterSettings.From(Config.Empty).Policy.Command.Profiles);
        Assert.Equal(["a", "b"], ClusterSettings.From(ConfigurationFactory.ParseString("actorbrowser.cluster.policy.command.profiles = [a, b]")).Policy.Command.Profiles);
    }

    [Fact]
    public void An_unknown_key_is_refused_with_the_one_that_was_meant()
    {
        var refused = Assert.Throws<ConfigurationException>(() => ClusterSettings.From(ConfigurationFactory.ParseString("actorbrowser.cluster.policy.comands = off")));
        Assert.Contains("Did you mean actorbrowser.cluster.policy.commands?", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_browser_s_own_settings_are_read_beside_the_cluster_s() =>
        Assert.NotNull(ActorBrowserSettings.From(ConfigurationFactory.ParseString("actorbrowser { cluster.secret = s, fetch.total-timeout = 3s }")));

    private static IEnumerable<string> KeysOf(Config config, string path)
    {
        foreach (var (name, value) in config.AsEnumerable())
        {
            var key = path.Length == 0 ? name : $"{path}.{name}";
            if (!value.IsObject())
                yield return key;
            else
            {
                foreach (var inner in KeysOf(config.GetConfig(name), key))
                    yield return inner;
            }
        }
    }
}
