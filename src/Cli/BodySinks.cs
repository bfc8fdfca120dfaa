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
            // A failed write is kept there, and decides the exit code.
            _stdout = StandardOutput.Open(isError: false);
        }
    }

    internal IBodySink Open(int index) =>
        _files is not null ? new BodyFile(_files[index], makesFolder: _options.Urls.Count > 1, _options.MaxTime)
        : new BodyStream(_stdout ?? Stream.Null, _stdout is null ? Task.CompletedTask : _turns[index].Task);

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
}

/// <summary>One body's place.</summary>
internal interface IBodySink : IAsyncDisposable
{
    /// <summary>Writes a piece of the body, behind the last one.</summary>
    /// <exception cref="BodySinkException">It cannot be written.</exception>
    /// <exception cref="TimeoutException">Its file was not opened in time.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation);

    /// <summary>The body has ended well, and may have been empty.</summary>
    /// <exception cref="BodySinkException">Its file cannot be made.</exception>
    ValueTask CompleteAsync(CancellationToken cancellation);
}

/// <summary>A stream that several bodies share, each in its turn.</summary>
internal sealed class BodyStream(Stream stream, Task turn) : IBodySink
{
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(data, cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new BodySinkException($"cannot write the body: {Complaint.ReasonOf(e)}", e);
        }
    }

    public ValueTask CompleteAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>
/// A file, made with the body's first piece or its end, as curl does: a fetch that comes to nothing leaves what was there
/// as it was, and a file that is sent is not emptied first.
/// </summary>
/// <param name="path">Its name.</param>
/// <param name="makesFolder">Whether to make the folder that it is in.</param>
/// <param name="maxTime">From now on until it is open, at most; null for no limit.</param>
internal sealed class BodyFile(string path, bool makesFolder, TimeSpan? maxTime) : IBodySink
{
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private FileStream? _file;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        try
        {
            _file ??= await OpenAsync(cancellation).ConfigureAwait(false);
            await _file.WriteAsync(data, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (Complaint.IsOfFile(e))
        {
            throw new BodySinkException($"cannot write '{path}': {Complaint.ReasonOf(e)}", e);
        }
    }

    public ValueTask CompleteAsync(CancellationToken cancellation) => _file is null ? WriteAsync(ReadOnlyMemory<byte>.Empty, cancellation) : ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;

    // On a thread of its own: the kernel lets the opening of a named pipe wait for its reader, whatever signal comes.
    private async Task<FileStream> OpenAsync(CancellationToken cancellation)
    {
        var opening = Task.Run(Open, cancellation);
        if (maxTime is not { } most)
            return await opening.WaitAsync(cancellation).ConfigureAwait(false);
        var left = most - TimeProvider.System.GetElapsedTime(_started);
        try
        {
            return await opening.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"'{path}' was not opened within {most.TotalSeconds} s: nobody reads it.", e);
        }
    }

    private FileStream Open()
    {
        if (makesFolder)
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0, useAsync: true);
    }
}
