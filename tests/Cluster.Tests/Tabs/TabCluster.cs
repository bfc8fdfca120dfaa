using ActorBrowser.Cluster;
using Akka.Actor;
using Akka.DistributedData;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>A front node, two browser nodes, and a site whose pages show the cookies that they got.</summary>
public sealed class TabCluster : IAsyncLifetime
{
    /// <summary>The collection of the specs that use one cluster, one after the other.</summary>
    public const string Shared = "tabs";

    private const string Hocon = "actorbrowser.cluster.tabs { shards = 8, store-timeout = 1s, orphan-after = 1s }";

    private readonly List<TestNode> _nodes = [];
    private readonly SemaphoreSlim _held = new(0);
    private Site _site = null!;
    private int _posts;

    public TestNode Front => _nodes[0];

    public IReadOnlyList<TestNode> Browsers => [.. _nodes.Skip(1)];

    public string Root => _site.Root;

    /// <summary>How often a form was sent.</summary>
    public int Posts => Volatile.Read(ref _posts);

    public async Task InitializeAsync()
    {
        _site = await Site.StartAsync(AnswerAsync);
        _nodes.Add(await TestNode.StartAsync(hocon: Hocon));
        foreach (var count in new[] { 1, 2 })
        {
            _nodes.Add(await TestNode.StartAsync(Front, isBrowser: true, hocon: Hocon));
            await Front.LinkedAsync(count);
        }
    }

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(static node => node.DisposeAsync().AsTask()));
        await _site.DisposeAsync();
    }

    /// <summary>A request for /held has arrived; it is not answered.</summary>
    public Task HeldAsync() => _held.WaitAsync().Soon();

    public static async Task<IActorRef> OpenAsync(TestNode node, string identity, string tab) => (await node.Cluster.Ask<TabOpened>(new ClusterProtocol.OpenClusterTab(identity, tab)).Soon()).Tab;

    public async Task<ClusterProtocol.ClusterTabs> ListAsync() => await Front.Cluster.Ask<ClusterProtocol.ClusterTabs>(new ClusterProtocol.ListClusterTabs()).Soon();

    /// <summary>The node where a tab lives.</summary>
    public async Task<TestNode> HomeAsync(string identity, string tab)
    {
        var home = (await ListAsync()).All.Single(one => one.Identity == identity && one.Tab == tab).Node;
        return Browsers.Single(node => node.Address.Equals(home));
    }

    /// <summary>What a node has in memory under a key.</summary>
    public static async Task<ReadOnlyMemory<byte>?> KeptAsync(TestNode node, string key)
    {
        var id = new KeptKey(key);
        return await DistributedData.Get(node.System).Replicator.Ask<IGetResponse>(Dsl.Get(id, ReadLocal.Instance)).Soon() is GetSuccess found ? found.Get(id).State : default;
    }

    public async Task<TabWatcher> WatchAsync(IActorRef tab)
    {
        var watcher = new TabWatcher();
        tab.Tell(new TabProtocol.Subscribe(Front.System.ActorOf(Props.Create(() => new TabWatcher.Recorder(watcher)))));
        await tab.Ask<TabSnapshot>(new GetSnapshot()).Soon();
        return watcher;
    }

    public static async Task<IEvent> LoadAsync(IActorRef tab, TabWatcher watcher, ICommand command)
    {
        var before = watcher.Ends.Count;
        tab.Tell(command);
        await UntilAsync(() => Task.FromResult(watcher.Ends.Count > before));
        return watcher.Ends[before];
    }

    public static async Task<string> TextAsync(IActorRef tab) => (await tab.Ask<QueryResult>(new Query(Transport.DocumentQuery.Text)).Soon()).Items[0].Text;

    public static async Task UntilAsync(Func<Task<bool>> isTrue)
    {
        using var late = new CancellationTokenSource(Deadline.Long);
        while (!await isTrue())
            await Task.Delay(20, late.Token);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path == "/held")
        {
            await Site.HoldAsync(context, _held);
            return;
        }
        if (context.Request.Method == "POST")
            Interlocked.Increment(ref _posts);
        if (path == "/login")
            context.Response.Headers.SetCookie = "who=alice; Path=/";
        context.Response.ContentType = "text/html";
        await context.Response.WriteAsync($"<title>{path}</title><p>{path} has {context.Request.Headers.Cookie}.</p><form method=post action=/posted><button>go</button></form>");
    }
}

[CollectionDefinition(TabCluster.Shared)]
public sealed class SharedTabCluster : ICollectionFixture<TabCluster>;

/// <summary>The events of a tab, as one of its subscribers got them.</summary>
public sealed class TabWatcher
{
    private readonly List<IEvent> _events = [];

    public IReadOnlyList<IEvent> Events
    {
        get
        {
            lock (_events)
                return [.. _events];
        }
    }

    /// <summary>The ends of navigations.</summary>
    public IReadOnlyList<IEvent> Ends => [.. Events.Where(static happened => happened is LoadFinished or LoadFailed)];

    internal sealed class Recorder(TabWatcher watcher) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is not IEvent happened)
                return;
            lock (watcher._events)
                watcher._events.Add(happened);
        }
    }
}
