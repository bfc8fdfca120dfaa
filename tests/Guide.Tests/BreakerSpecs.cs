using ActorBrowser.Samples.Roles;
using Akka.Pattern;
using Xunit;

namespace ActorBrowser.GuideTests;

/// <summary>What docs/coming-from.md says to those who know Akka.</summary>
public sealed class BreakerSpecs() : Akka.TestKit.Xunit2.TestKit("akka.loglevel = OFF")
{
    [Fact]
    public async Task Akka_s_circuit_breaker_opens_after_the_failures_of_a_role()
    {
        var scanner = RoleClient<Scanner>.For(Scanner.Role.InProcess(Sys));
        var path = Path.GetTempFileName();
        // <!-- breaker -->
        var breaker = CircuitBreaker.Create(Sys.Scheduler, maxFailures: 2, callTimeout: TimeSpan.FromSeconds(10), resetTimeout: TimeSpan.FromMinutes(1));
        var verdict = await breaker.WithCircuitBreaker(cancellation => scanner.AskAsync<Verdict>(new Scan(path), cancellation: cancellation));
        // <!-- /breaker -->
        Assert.True(verdict.IsClean);
        File.Delete(path);
        for (var i = 0; i < 2; i++)
            await Assert.ThrowsAsync<RoleFailedException>(() => breaker.WithCircuitBreaker(cancellation => scanner.AskAsync<Verdict>(new Scan(path), cancellation: cancellation)));
        await Assert.ThrowsAsync<OpenCircuitException>(() => breaker.WithCircuitBreaker(cancellation => scanner.AskAsync<Verdict>(new Scan(path), cancellation: cancellation)));
    }
}
