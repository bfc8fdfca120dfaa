using Akka.Configuration;
using Xunit;

namespace ActorBrowser.Standins.Conformance;

public sealed class HoconReference
{
    [Theory]
    [InlineData("akka.loglevel")]
    [InlineData("akka.loggers")]
    [InlineData("akka.stdout-loglevel")]
    [InlineData("akka.log-dead-letters")]
    [InlineData("akka.actor.default-dispatcher.throughput")]
    [InlineData("akka.actor.ask-timeout")]
    [InlineData("akka.coordinated-shutdown.phases.actor-system-terminate.timeout")]
    [InlineData("akka.scheduler.tick-duration")]
    public void The_reference_configuration_has_the_keys_that_applications_override(string path) =>
        Assert.True(ConfigurationFactory.Default().HasPath(path));
}
