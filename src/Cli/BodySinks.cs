using ActorBrowser.Interop;

namespace ActorBrowser.Cli;

/// <summary>A body could not be written where it was asked for.</summary>
/// <param name="message">A sentence with the system's reason.</param>
/// <param name="inner">The reason.</param>
internal sealed class BodySinkException(string message, Exception inner) : Exception(message, inner);

/// <summary>
/// Where bodies go: one file, a directory with a file each, nowhere (<c>--json</c> alone), or stdout in the order of the
/// command line. For stdout a body whose turn has not come waits unread, and its credit with it: memory stays flat.
/// </summary>
internal sealed class BodySinks : IDisposable
{
    private readonly FetchOptions _options;
    private readonly string[]? _files;
    private readonly TaskCompletionSource[] _turns;
    private readonly Stream? _stdout;

    internal BodySinks(FetchOptions options)
    {
        _options = options;
        _turns = new TaskCompletionSource[options.Urls.Count + 1];
        for (var i = 0; i < _turns.Length; i++)
            _turns[i] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _turns[0].SetResult();
        if (options.Output is { } output)
        {
            var taken = new HashSet<string>(StringComparer.Ordinal);
            _files = options.Urls.Count == 1 && !Directory.Exists(output)
                ? [output]
                : [.. options.Urls.Select(url => Path.Combine(output, FetchOptions.FileNameFor(url, taken)))];
        }
        else if (!options.Json)
        {
            _stdout = StandardStream.Open(isError: false);
        }
    }

    internal BodySink Open(int index) =>
        _files is not null ? new BodySink(CreateFile(_files[index]), Task.CompletedTask, owned: true)
        : _stdout is not null ? new BodySink(_stdout, _turns[index].Task, owned: false)
        : new BodySink(Stream.Null, Task.CompletedTask, owned: false);

    /// <summary>The body at this place is complete: the next one may write.</summary>
    internal void Done(int index)
    {
        if (_stdout is null)
            return;
        // A turn is passed on only once it has been reached: bodies end in any order.
        _turns[index].Task.ContinueWith(
            static (_, next) => ((TaskCompletionSource)next!).TrySetResult(), _turns[index + 1],
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public void Dispose() => _stdout?.Dispose();

    private FileStream CreateFile(string path)
    {
        try
        {
            if (_options.Urls.Count > 1)
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BodySinkException($"cannot write '{path}': {e.Message}", e);
        }
    }
}

/// <summary>One body's place.</summary>
internal sealed class BodySink(Stream stream, Task turn, bool owned) : IAsyncDisposable
{
    /// <summary>Writes when it is this body's turn.</summary>
    internal async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(data, cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new BodySinkException($"cannot write the body: {e.Message}", e);
        }
    }

    public ValueTask DisposeAsync() => owned ? stream.DisposeAsync() : ValueTask.CompletedTask;
}
