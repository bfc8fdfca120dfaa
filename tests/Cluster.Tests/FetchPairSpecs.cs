using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser.ClusterTests;

/// <summary>A fetch asked on one node and made by another: both halves against each other, at sizes around each limit.</summary>
public sealed class FetchPairSpecs : IAsyncLifetime
{
    private const int Part = 64 << 10;

    // Small, so that sizes beyond it are cheap.
    private const string SmallWindow = "actorbrowser.cluster.window = 256 KiB";

    private const int Window = 256 << 10;

    private TestNode _front = null!;
    private TestNode _browser = null!;

    private static int[] Sizes => [0, 1, Part - 1, Part, Part + 1, Window - 1, Window, Window + 1, Part * 100];

    public async Task InitializeAsync()
    {
        _browser = await TestNode.StartAsync(isBrowser: true, hocon: SmallWindow);
        _front = await TestNode.StartAsync(_browser, hocon: SmallWindow);
        await _front.LinkedAsync(1);
    }

    public async Task DisposeAsync()
    {
        await _front.DisposeAsync();
        await _browser.DisposeAsync();
    }

    [Fact]
    public async Task A_response_arrives_whole_at_each_size()
    {
        await using var site = await Site.StartAsync(context => context.Response.Body.WriteAsync(Bytes(int.Parse(context.Request.Path.Value![1..]))).AsTask());
        foreach (var size in Sizes)
        {
            var result = await _front.Client.FetchAsync($"{site.Root}/{size}").Soon();
            Assert.True(result.Response is not null, result.Failure?.Message);
            Assert.Equal(Bytes(size), result.Response!.Body.ToArray());
        }
    }

    [Fact]
    public async Task A_streamed_response_arrives_whole_at_each_size()
    {
        await using var site = await Site.StartAsync(context => context.Response.Body.WriteAsync(Bytes(int.Parse(context.Request.Path.Value![1..]))).AsTask());
        foreach (var size in Sizes)
        {
            using var body = new MemoryStream();
            var result = await _front.Client.DownloadAsync($"{site.Root}/{size}", body).Soon();
            Assert.True(result.Response is not null, result.Failure?.Message);
            Assert.Equal(Bytes(size), body.ToArray());
        }
    }

    [Fact]
    public async Task A_body_is_sent_whole_at_each_size()
    {
        await using var site = await Site.EchoingAsync();
        foreach (var size in Sizes)
        {
            var bytes = Bytes(size);
            foreach (var fetch in new[]
            {
                new FetchProtocol.Fetch(site.Root) { Method = "POST", Body = bytes },
                new FetchProtocol.Fetch(site.Root) { Method = "POST", Upload = FetchBody.FromStream(new MemoryStream(bytes)) },
                new FetchProtocol.Fetch(site.Root) { Method = "POST", Upload = FetchBody.FromStream(new Unseekable(bytes)) },
            })
            {
                var result = await _front.Client.FetchAsync(fetch).Soon();
                Assert.Equal(Site.Echoed("POST", bytes), result.Response is not null ? Encoding.UTF8.GetString(result.Response!.Body.Span) : result.Failure!.Message);
            }
        }
    }

    [Fact]
    public async Task A_body_s_pieces_keep_their_order_however_room_for_them_comes()
    {
        // Room and pieces come to the conversation from two threads: their race is run many times.
        await using var site = await Site.EchoingAsync();
        var bytes = Bytes(Part * 40);
        for (var round = 0; round < 10; round++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _front.Client.FetchAsync(
                new FetchProtocol.Fetch(site.Root) { Method = "POST", Upload = FetchBody.FromStream(new Unseekable(bytes)) }))).Soon();
            Assert.All(results, result => Assert.Equal(Site.Echoed("POST", bytes), result.Response is not null ? Encoding.UTF8.GetString(result.Response!.Body.Span) : result.Failure!.Message));
        }
    }

    [Fact]
    public async Task A_body_that_ends_too_early_fails_the_fetch_as_an_upload()
    {
        await using var site = await Site.EchoingAsync();
        var result = await _front.Client.FetchAsync(new FetchProtocol.Fetch(site.Root) { Method = "POST", Upload = FetchBody.FromStream(new Unseekable(Bytes(Part)), Part + 1) }).Soon();
        Assert.Equal(FetchErrorKind.Upload, result.Failure?.Kind);
    }

    [Fact]
    public async Task A_cancelled_fetch_ends_at_its_node()
    {
        using var arrived = new SemaphoreSlim(0);
        var gone = new TaskCompletionSource();
        await using var site = await Site.StartAsync(async context =>
        {
            context.RequestAborted.Register(gone.SetResult);
            await Site.HoldAsync(context, arrived);
        });
        using var cancel = new CancellationTokenSource();
        var fetch = _front.Client.FetchAsync(site.Root, cancel.Token);
        await arrived.WaitAsync().Soon();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch.Soon());
        await gone.Task.Soon();
    }

    [Fact]
    public async Task A_failure_says_what_a_local_fetch_says()
    {
        var local = await BrowserClient.For(await _browser.System.ActorSelection("/user/browser").ResolveOne(Deadline.Long)).FetchAsync("http://127.0.0.1:1/").Soon();
        var far = await _front.Client.FetchAsync("http://127.0.0.1:1/").Soon();
        Assert.Equal((local.Failure!.Kind, local.Failure.Message), (far.Failure!.Kind, far.Failure.Message));
        Assert.Equal(FetchErrorKind.InvalidUrl, (await _front.Client.FetchAsync("nowhere").Soon()).Failure!.Kind);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    }
}
