using System.Runtime.Versioning;
using ActorBrowser.Transport;
using Xunit;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

/// <summary>The child's side of bodies in shared memory.</summary>
[SupportedOSPlatform("linux")]
public sealed class SharedBodies : IDisposable
{
    private readonly BodySlots _parent;
    private readonly Interop.SafeDescriptor _forChild;
    private readonly byte[] _body = new byte[(1 << 20) + 12_345];

    public SharedBodies()
    {
        _parent = BodySlots.Create(4 * BodySlots.SlotBytes, out _forChild);
        new Random(1).NextBytes(_body);
    }

    public void Dispose() => _parent.Dispose();

    private Task<Site> ServeAsync() => Site.StartAsync(async context =>
    {
        context.Response.ContentLength = _body.Length;
        await context.Response.Body.WriteAsync(_body);
    });

    [Fact]
    public async Task A_large_body_travels_in_slots_and_arrives_whole()
    {
        await using var site = await ServeAsync();
        using var engine = new EngineHarness(slots: BodySlots.Open(_forChild));
        var record = await engine.FetchAsync(site.Root);
        Assert.Equal(_body, record.Body);
        Assert.Equal(_body.Length, record.End?.BodyBytes);
        Assert.InRange(engine.PiecesInSlots, 1, int.MaxValue);
    }

    [Fact]
    public async Task A_parent_that_gives_no_slot_back_gets_the_rest_in_frames()
    {
        await using var site = await ServeAsync();
        using var engine = new EngineHarness(slots: BodySlots.Open(_forChild)) { FreesSlots = false };
        var record = await engine.FetchAsync(site.Root);
        Assert.Equal(_body, record.Body);
        Assert.InRange(engine.PiecesInSlots, 1, 4);
    }

    [Fact]
    public async Task A_body_against_little_credit_waits_and_arrives_whole()
    {
        await using var site = await ServeAsync();
        using var engine = new EngineHarness(slots: BodySlots.Open(_forChild));
        var record = engine.Start(Request(site.Root, credit: 10_000));
        await record.Received(10_000);
        Assert.Equal(10_000, record.Length);
        engine.Engine.AddCredit(record.Id, _body.Length);
        await record.Done.WaitAsync(Patience);
        Assert.Equal(_body, record.Body);
    }

    [Fact]
    public async Task A_small_body_needs_no_slot_and_a_cancelled_one_gives_its_slot_back()
    {
        await using var small = await Site.StartAsync(context => context.Response.Body.WriteAsync("small"u8.ToArray()).AsTask());
        await using var stuck = await Site.StartAsync(async context =>
        {
            context.Response.ContentLength = _body.Length;
            await context.Response.Body.WriteAsync(_body.AsMemory(0, 100));
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var engine = new EngineHarness(slots: BodySlots.Open(_forChild));
        Assert.Equal("small", (await engine.FetchAsync(small.Root)).Text);
        Assert.Equal(0, engine.PiecesInSlots);
        var record = engine.Start(Request(stuck.Root));
        await record.Received(100);
        engine.Engine.Cancel(record.Id);
        await record.Done.WaitAsync(Patience);
        Assert.Equal(4, new[] { 0, 0, 0, 0, 0 }.Count(_ => engine.Engine.Slots!.TryTake() >= 0));
    }
}
