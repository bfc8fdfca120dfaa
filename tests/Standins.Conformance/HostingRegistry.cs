using Akka.Actor;
using Akka.Hosting;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace ActorBrowser.Standins.Conformance;

public sealed class HostingRegistry : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void An_actor_is_found_by_the_type_it_was_registered_for()
    {
        var registry = ActorRegistry.For(Sys);
        registry.Register<HostingRegistry>(TestActor);

        Assert.Same(registry, ActorRegistry.For(Sys));
        Assert.Equal(TestActor, registry.Get<HostingRegistry>());
        Assert.True(registry.TryGet(typeof(HostingRegistry), out var found));
        Assert.Equal(TestActor, found);
        Assert.Single(registry);
    }

    [Fact]
    public void A_key_is_taken_once_unless_overwriting_is_asked_for()
    {
        var registry = new ActorRegistry();
        var other = CreateTestProbe();
        registry.Register<string>(TestActor);

        Assert.Throws<DuplicateActorRegistryException>(() => registry.Register<string>(other));
        Assert.False(registry.TryRegister<string>(other));
        registry.Register<string>(other, overwrite: true);

        Assert.Equal<IActorRef>(other, registry.Get<string>());
    }

    [Fact]
    public void A_missing_actor_is_an_error_or_nobody()
    {
        var registry = new ActorRegistry();

        Assert.Throws<MissingActorRegistryEntryException>(() => registry.Get<string>());
        Assert.False(registry.TryGet<string>(out var nobody));
        Assert.Equal(ActorRefs.Nobody, nobody);
    }

    [Fact]
    public async Task An_actor_can_be_awaited_before_it_is_registered()
    {
        var registry = new ActorRegistry();
        var first = registry.GetAsync<string>();
        var second = registry.GetAsync(typeof(string));
        Assert.False(first.IsCompleted || second.IsCompleted);

        registry.Register<string>(TestActor);

        Assert.Equal(TestActor, await first.WaitAsync(Patience));
        Assert.Equal(TestActor, await second.WaitAsync(Patience));
        Assert.Equal(TestActor, await registry.GetAsync<string>().WaitAsync(Patience));
    }

    [Fact]
    public async Task Waiting_for_an_actor_can_be_cancelled()
    {
        var registry = new ActorRegistry();
        using var cancellation = new CancellationTokenSource();
        var waiting = registry.GetAsync<string>(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_required_actor_is_injected_and_awaited()
    {
        using var host = new HostBuilder()
            .ConfigureServices(services => services
                .AddLogging()
                .AddSingleton<Consumer>()
                .AddAkka("hosted", builder => builder.WithActors((system, registry) =>
                    registry.Register<Consumer>(system.ActorOf(Props.Create<Akka.TestKit.TestActors.SimpleEchoActor>())))))
            .Build();
        var early = host.Services.GetRequiredService<Consumer>().Actor.GetAsync();
        Assert.False(early.IsCompleted);

        await host.StartAsync();

        Assert.Equal("hi", await (await early.WaitAsync(Patience)).Ask<string>("hi", Patience));
        await host.StopAsync();
    }

    [Fact]
    public void A_required_actor_that_is_missing_is_an_error()
    {
        var required = new RequiredActor<string>(new ActorRegistry());

        Assert.Throws<MissingActorRegistryEntryException>(() => required.ActorRef);
    }

    [Fact]
    public async Task A_required_actor_asked_for_after_it_is_registered_is_there_at_once()
    {
        var registry = new ActorRegistry();
        registry.Register<string>(TestActor);
        var required = new RequiredActor<string>(registry);

        Assert.Equal(TestActor, required.ActorRef);
        Assert.Equal(TestActor, await required.GetAsync().WaitAsync(Patience));
    }

    private sealed class Consumer(IRequiredActor<Consumer> actor)
    {
        public IRequiredActor<Consumer> Actor => actor;
    }
}
