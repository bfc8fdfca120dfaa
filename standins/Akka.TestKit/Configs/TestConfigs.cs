using Akka.Configuration;

namespace Akka.TestKit.Configs;

/// <summary>The configurations that come with the TestKit.</summary>
public static class TestConfigs
{
    public static Config DefaultConfig =>
        ConfigurationFactory.FromResource<TestKitBase>("Akka.TestKit.Internal.Reference.conf");

    /// <summary>As the default, with <see cref="TestScheduler"/> for the system's scheduler.</summary>
    public static Config TestSchedulerConfig =>
        ConfigurationFactory.FromResource<TestKitBase>("Akka.TestKit.Configs.TestScheduler.conf");
}
