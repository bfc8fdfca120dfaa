using System.Globalization;
using ActorBrowser.Transport;

namespace ActorBrowser.ModelTests.Players;

/// <summary>A network child: each request has one response, whose frames arrive when the schedule decides. Sometimes the child is hostile, or never answers.</summary>
internal sealed class PlayedNetwork(World world, string role, int number, InMemoryChannel channel) : PlayedChild(world, role, number, channel)
{
    private readonly Dictionary<ulong, Job> _jobs = [];
    private readonly List<ulong> _ended = [];

    internal override string? Unfinished => _jobs.Count == 0 ? null : string.Join(", ", _jobs.Values.Select(static job => $"{job.Token} (fetch {job.Id})"));

    /// <summary>The tokens of the work in progress.</summary>
    internal IEnumerable<string> Tokens => _jobs.Values.Select(static job => job.Token);

    protected override void OnWork(in Frame frame)
    {
        var id = frame.CorrelationId;
        switch (frame.Type)
        {
            case MessageType.FetchRequest:
                if (frame.TryRead<FetchRequest>(out var request) is { } wrong)
                    World.Fail($"{Name}: {wrong.Message}");
                else
                    Begin(id, request);
                break;
            case MessageType.FetchCancel:
                if (!WasOpened(id))
                    World.Fail($"{Name}: the unknown fetch {id} was cancelled");
                if (_jobs.TryGetValue(id, out var unwanted))
                    Cancel(unwanted);
                break;
            case MessageType.Credit:
                frame.TryRead<Credit>(out var credit);
                if (_jobs.TryGetValue(id, out var granted))
                {
                    granted.Credit += credit.Bytes;
                    GoOn(granted);
                }
                break;
            case MessageType.FetchBodyChunk:
                frame.TryRead<FetchBodyChunk>(out var chunk);
                if (_jobs.TryGetValue(id, out var uploading))
                    Take(uploading, chunk.Offset, chunk.Data);
                break;
            case MessageType.FetchEnd:
                if (_jobs.TryGetValue(id, out var uploaded))
                    EndUpload(uploaded);
                break;
            default:
                World.Fail($"{Name}: a {frame.Type} came");
                break;
        }
    }

    private void Begin(ulong id, in FetchRequest request)
    {
        var token = request.Url[(request.Url.LastIndexOf('/') + 1)..];
        Open(id, token);
        World.Asked(token, this, id);
        var job = new Job(id, token, request.InitialCredit, request.Url);
        _jobs.Add(id, job);
        if (request.BodyLength >= 0)
        {
            (job.IsUploading, job.UploadCredit) = (true, request.Body.Length);
            Take(job, 0, request.Body);
            if (job.Uploaded.Length == request.BodyLength)
                EndUpload(job);
            else
                GrantUpload(job);
        }
        var range = request.Headers.FirstOrDefault(static header => header.Name == "Range").Value;
        var from = range is null || Schedule.Chance(30) ? 0 : int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
        (job.From, job.IsResumed) = (from, from > 0);
        job.IsSilent = !World.IsCalm && Schedule.Chance(5);
        job.Fails = Schedule.Chance(10);
        GoOn(job);
    }

    // Checks that parents send only what was granted, in order.
    private void Take(Job job, long offset, ReadOnlyMemory<byte> data)
    {
        if (offset != job.Uploaded.Length)
            World.Fail($"{Name}: {job.Token}: a piece of the request's body came for {offset}; {job.Uploaded.Length} was next");
        if ((job.UploadCredit -= data.Length) < 0)
            World.Fail($"{Name}: {job.Token}: the request's body exceeds its credit");
        job.Uploaded.Write(data.Span);
        if (offset > 0)
            GrantUpload(job);
    }

    private void GrantUpload(Job job)
    {
        if (job.IsUploading && job.UploadCredit == 0)
        {
            Do($"takes more of {job.Token}", () =>
            {
                job.UploadCredit += 700;
                Send(job.Id, new Credit(700));
            });
        }
    }

    private void EndUpload(Job job)
    {
        job.IsUploading = false;
        if (!job.Uploaded.ToArray().AsSpan().SequenceEqual(Bodies.Upload(job.Token)))
            World.Fail($"{Name}: {job.Token}: the request's body is another one");
        GoOn(job);
    }

    private void Cancel(Job job)
    {
        // A frame may be on its way already; then the child reports that it has stopped.
        if (job.IsScheduled && Schedule.Chance(25))
            job.IsCancelledNext = true;
        else
            job.IsCancelled = true;
        job.IsSilent = false;
        job.IsUploading = false;
        GoOn(job);
    }

    private void GoOn(Job job)
    {
        if (job.IsScheduled || job.IsSilent || job.IsUploading || !_jobs.ContainsKey(job.Id))
            return;
        if (!job.IsCancelled && job.HeadersSent && job.Sent < job.Rest.Length && job.Credit == 0)
            return;
        job.IsScheduled = true;
        Do($"goes on with {job.Token}", () =>
        {
            job.IsScheduled = false;
            if (World.IsHostile && Schedule.Chance(10))
                Lie(job);
            Next(job);
            job.IsCancelled |= job.IsCancelledNext;
            GoOn(job);
        });
    }

    private void Next(Job job)
    {
        if (job.IsCancelled)
        {
            End(job, new FetchError(FetchErrorKind.Cancelled, "The requester cancelled the fetch."));
        }
        else if (!job.HeadersSent)
        {
            job.HeadersSent = true;
            List<HeaderField> headers = [new("ETag", "\"1\"")];
            if (job.IsResumed)
                headers.Add(new HeaderField("Content-Range", $"bytes {job.From}-{Bodies.Of(job.Token).Length - 1}/*"));
            Send(job.Id, new FetchHeaders(job.IsResumed ? 206 : 200, "1.1", job.Url, headers, [], "", AddressSpace.Public, -1, default));
        }
        else if (job.Fails && job.Sent > 0)
        {
            End(job, new FetchError(FetchErrorKind.Protocol, $"{job.Token} ended in the middle."));
        }
        else if (job.Sent < job.Rest.Length)
        {
            var length = (int)Math.Min(Math.Min(job.Credit, job.Rest.Length - job.Sent), 1 + Schedule.Draw(1000));
            Send(job.Id, new FetchBodyChunk(job.Sent, job.Rest.Slice(job.Sent, length)));
            job.Sent += length;
            job.Credit -= length;
        }
        else
        {
            End(job, new FetchEnd(job.Sent, job.Sent, default));
        }
    }

    private void End<T>(Job job, T message) where T : IWireMessage<T>
    {
        _jobs.Remove(job.Id);
        _ended.Add(job.Id);
        Send(job.Id, message);
    }

    // Sends what no honest child sends: it must reach no requester, whatever happens to this child.
    private void Lie(Job job)
    {
        var lie = new FetchHeaders(200, "1.1", Bodies.Lie, [], [], "", AddressSpace.Public, -1, default);
        var other = _ended.Count > 0 ? _ended[Schedule.Draw(_ended.Count)] : (ulong)Schedule.Draw(1000) + (1UL << 40);
        switch (Schedule.Draw(5))
        {
            case 0:
                Send(other, lie);
                Send(other, new FetchBodyChunk(0, Bodies.LieBytes));
                Send(other, new FetchEnd(Bodies.LieBytes.Length, Bodies.LieBytes.Length, default));
                break;
            case 1:
                Send(other, new FetchError(FetchErrorKind.Dns, Bodies.Lie));
                break;
            case 2 when job.HeadersSent:
                Send(job.Id, lie);
                break;
            case 3:
                Send(job.Id, new FetchBodyChunk(job.Sent + 7, Bodies.LieBytes));
                break;
            default:
                Send(job.Id, new FetchEnd(job.Sent + 1, 1, default));
                break;
        }
    }

    private sealed class Job(ulong id, string token, long credit, string url)
    {
        internal ulong Id { get; } = id;
        internal string Token { get; } = token;
        internal string Url { get; } = url;
        internal long Credit { get; set; } = credit;
        internal int From { get; set; }
        internal bool IsResumed { get; set; }
        internal bool HeadersSent { get; set; }
        internal int Sent { get; set; }
        internal bool IsScheduled { get; set; }
        internal bool IsSilent { get; set; }
        internal bool IsCancelled { get; set; }
        internal bool IsCancelledNext { get; set; }
        internal bool Fails { get; set; }
        internal bool IsUploading { get; set; }
        internal long UploadCredit { get; set; }
        internal MemoryStream Uploaded { get; } = new();
        internal ReadOnlyMemory<byte> Rest => Bodies.Of(Token).AsMemory(From);
    }
}

/// <summary>The request and its response, both derived from the request's token.</summary>
internal static class Bodies
{
    internal const string Lie = "http://lie/";

    internal static readonly byte[] LieBytes = "no requester may see this"u8.ToArray();

    internal static byte[] Of(string token) => Fill($"answer to {token};", (int)(Hashing.Of(token) % 2500));

    internal static byte[] Upload(string token) => Fill($"request of {token};", (int)(Hashing.Of(token) % 4000));

    private static byte[] Fill(string text, int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
            bytes[i] = (byte)text[i % text.Length];
        return bytes;
    }
}
