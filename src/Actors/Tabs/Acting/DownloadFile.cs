using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Where a tab's files go.</summary>
/// <param name="Folder">The folder; it must exist.</param>
/// <param name="Longest">The longest file, in bytes.</param>
internal sealed record DownloadTarget(string Folder, long Longest);

/// <summary>
/// A file that is being saved: a new file (never another one replaced), readable by its owner only, and removed if it is not completed.
/// Written outside all actors, one piece after the other.
/// </summary>
/// <param name="target">The folder and the limit.</param>
/// <param name="name">A safe name.</param>
internal sealed class DownloadFile(DownloadTarget target, string name)
{
    private const int MostNames = 1000;

    // Of the piece that is being written, and of the removal.
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromSeconds(5);

    private Task _last = Task.CompletedTask;
    private FileStream? _stream;
    private string? _path;
    private bool _isComplete;
    private volatile bool _isAbandoned;

    /// <summary>How many bytes have arrived.</summary>
    internal long Length { get; private set; }

    /// <summary>Writes a piece, then sends <see cref="Written"/> or <see cref="Failed"/> to the actor.</summary>
    internal void Write(ReadOnlyMemory<byte> data, IActorRef self)
    {
        Length += data.Length;
        var length = Length;
        Then(self, async () =>
        {
            if (length > target.Longest)
                throw new IOException($"it is longer than {target.Longest} bytes (actorbrowser.tabs.max-download)");
            await Open().WriteAsync(data).ConfigureAwait(false);
            return new Written(data.Length);
        });
    }

    /// <summary>Closes the file, then sends <see cref="Completed"/> or <see cref="Failed"/> to the actor.</summary>
    internal void Complete(IActorRef self) => Then(self, async () =>
    {
        await Open().FlushAsync().ConfigureAwait(false);
        await _stream!.DisposeAsync().ConfigureAwait(false);
        _isComplete = true;
        return new Completed(_path!, Length);
    });

    /// <summary>Removes the file unless it is complete. Waits for that, unless the disk takes long: after the actor system's end, nobody would remove it.</summary>
    internal void Abandon()
    {
        _isAbandoned = true;
        Task.WaitAny([Task.Run(RemoveAsync)], s_longestEnd);

        async Task RemoveAsync()
        {
            await _last.ConfigureAwait(false);
            if (_isComplete || _path is null)
                return;
            _stream?.Dispose();
            try
            {
                File.Delete(_path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The folder is gone or was made read-only: what was written stays.
            }
        }
    }

    private FileStream Open()
    {
        if (_stream is not null)
            return _stream;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        for (var number = 0; ; number++)
        {
            var path = Path.Combine(Path.GetFullPath(target.Folder), DownloadName.Numbered(name, number));
            try
            {
                _stream = new FileStream(path, options);
                _path = path;
                return _stream;
            }
            catch (IOException) when (number < MostNames && Exists(path))
            {
                // The name is taken.
            }
        }
    }

    // Also a link that leads nowhere takes its name.
    private static bool Exists(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    private void Then(IActorRef self, Func<Task<object>> work) => _last = RunAsync(_last, self, work);

    private async Task RunAsync(Task before, IActorRef self, Func<Task<object>> work)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (_isAbandoned)
            return;
        object outcome;
        try
        {
            outcome = await work().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            outcome = new Failed($"'{name}' could not be saved in {target.Folder}: {e.Message}");
        }
        self.Tell(outcome, ActorRefs.NoSender);
    }

    internal sealed record Written(int Bytes) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal sealed record Completed(string Path, long Bytes) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal sealed record Failed(string Message) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
