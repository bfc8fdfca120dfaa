namespace ActorBrowser.ChildEntrypoints;

/// <summary>
/// One thread for a role's work, one piece after another, beside the channel's thread: pings are answered while it works.
/// Its stack is deep, because parsers of nested things recurse.
/// </summary>
internal sealed class WorkLine
{
    private const int StackBytes = 64 << 20;

    private readonly Queue<Action> _work = new();
    private readonly string _name;
    private bool _started;

    internal WorkLine(string name) => _name = name;

    internal void Add(Action work)
    {
        lock (_work)
        {
            _work.Enqueue(work);
            Monitor.Pulse(_work);
            if (_started)
                return;
            _started = true;
        }
        new Thread(Run, StackBytes) { IsBackground = true, Name = _name }.UnsafeStart();
    }

    private void Run()
    {
        while (true)
        {
            Action? next;
            lock (_work)
            {
                while (!_work.TryDequeue(out next))
                    Monitor.Wait(_work);
            }
            next();
        }
    }
}
