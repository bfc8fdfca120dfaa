namespace ActorBrowser.Cli;

/// <summary>A body could not be written to its output.</summary>
/// <param name="message">One sentence with the system's reason.</param>
/// <param name="inner">The reason.</param>
internal sealed class BodySinkException(string message, Exception inner) : Exception(message, inner);

/// <summary>
/// The outputs of bodies: one file, a directory with one file per body, none (<c>--json</c> alone), or stdout in the order of the
/// command line. On stdout, a body whose turn has not come is not read and gets no credit, so memory use stays constant.
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
            // StandardOutput keeps a failed write, which decides the exit code.
            _stdout = StandardOutput.Open(isError: false);
        }
    }

    internal IBodySink Open(int index) =>
        _files is not null ? new BodyFile(_files[index], makesFolder: _options.Urls.Count > 1, _options.MaxTime)
        : new BodyStream(_stdout ?? Stream.Null, _stdout is null ? Task.CompletedTask : _turns[index].Task);

    /// <summary>The body at this index is complete: the next one may write.</summary>
    internal void Done(int index)
    {
        if (_stdout is null)
            return;
        // Bodies end in any order, so a body passes the turn on only after its own turn has come.
        _turns[index].Task.ContinueWith(
            static (_, next) => ((TaskCompletionSource)next!).TrySetResult(), _turns[index + 1],
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public void Dispose() => _stdout?.Dispose();
}

/// <summary>The output of one body.</summary>
internal interface IBodySink : IAsyncDisposable
{
    /// <summary>Writes the next piece of the body.</summary>
    /// <exception cref="BodySinkException">The piece cannot be written.</exception>
    /// <exception cref="TimeoutException">The file was not opened in time.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation);

    /// <summary>The body is complete; it may be empty.</summary>
    /// <exception cref="BodySinkException">The file cannot be created.</exception>
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
/// A file, created with the body's first piece or at its end, like curl: a failed fetch leaves an existing file unchanged, and a file
/// that is also the upload is not emptied first.
/// </summary>
/// <param name="path">The file's name.</param>
/// <param name="makesFolder">Whether to create the file's folder.</param>
/// <param name="maxTime">The longest time until the file is open; null for no limit.</param>
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

    // On another thread: opening a named pipe blocks until there is a reader, and no signal interrupts that.
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
            throw new TimeoutException($"'{path}' was not opened within {most.TotalSeconds} s: no program reads it.", e);
        }
    }

    private FileStream Open()
    {
        if (makesFolder)
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0, useAsync: true);
    }
}
