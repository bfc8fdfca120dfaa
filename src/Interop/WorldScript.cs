using System.Globalization;
using System.Text;

namespace ActorBrowser.Interop;

/// <summary>
/// The system calls that create a <see cref="World"/>. The new root is mounted on /proc, because no entry needs the old /proc;
/// entries are bind-mounted from the old root, which is unmounted last.
/// </summary>
internal sealed unsafe class WorldScript(PreExecProgram script, World world)
{
    private const string Site = "/proc";
    private const int CurrentFolder = -100;
    private const int Bind = 0x1000;
    private const int Recursive = 0x4000;
    private const int PrivateMounts = 1 << 18;
    private const int NoSetId = 2;
    private const int NoDevices = 4;
    private const int NoPrograms = 8;
    private const int PathOnly = 0x200000;
    private const int CloseOnExec = 0x80000;
    private const int Detach = 2;
    private const int RemoveFolder = 0x200;
    private const int EmptyPath = 0x1000;
    private const int EmptySource = 4;
    // An empty file takes about a kilobyte of kernel memory, which no process's size includes.
    private const int BytesPerFile = 8192;
    private const int LeastFiles = 1024;
    private const int RegularFile = 0x8000;
    private const ulong ReadOnlyAttribute = 1;
    private const ulong ResolveWithoutLinks = 2 | 4;
    private const ulong ResolveBeneath = 8;

    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    // mount_attr: attributes to set, attributes to clear, the propagation, a user namespace.
    private readonly byte* _readOnly = Attributes(script, ReadOnlyAttribute | NoSetId | NoDevices);
    // A device on a read-only mount can be written to, but its mode and times cannot change.
    private readonly byte* _device = Attributes(script, ReadOnlyAttribute | NoSetId);
    private readonly byte* _writable = Attributes(script, NoSetId | NoDevices);

    /// <summary>The most steps that a world needs.</summary>
    internal static int StepsOf(World world) => 24 + (world.Entries.Sum(static entry => 8 + entry.Path.Count(static c => c == '/') + (entry.Place == WorldPlace.Scratch ? 20 : 0))) + (6 * world.Pinned.Count) + (2 * world.Rules.Count);

    internal void Add(Landlock? landlock)
    {
        script.Add("making mounts private", CallNumbers.Mount, false, 0, Text("/"), 0, Recursive | PrivateMounts, 0);
        if (world.ShowsAll)
            script.Add("binding the old root", CallNumbers.Mount, false, Text("/"), Text(Site), 0, Bind | Recursive, 0);
        else
            script.Add("making an empty root", CallNumbers.Mount, false, Text("tmpfs"), Text(Site), Text("tmpfs"), NoSetId | NoDevices, Text("mode=755,size=1m"));
        script.Add("entering the new root", CallNumbers.ChangeFolderByName, false, Text(Site));
        if (world.ShowsAll)
            Change(".", _readOnly, recursive: true);
        foreach (var entry in world.Entries)
            Add(entry);
        foreach (var (path, readOnly) in world.Pinned)
            AddPinned(path, readOnly);
        foreach (var entry in world.Entries.Where(static entry => entry.Place == WorldPlace.Empty))
            CloseEmpty(entry.Path);
        if (!world.ShowsAll)
            Change(".", _readOnly, recursive: false);
        // pivot_root puts the old root on top of the new one, from where it is unmounted: see pivot_root(2).
        script.Add("pivot_root", CallNumbers.ChangeRoot, false, Text("."), Text("."));
        script.Add("leaving the old root", CallNumbers.Unmount, false, Text("."), Detach);
        script.Add("entering the root", CallNumbers.ChangeFolderByName, false, Text("/"));
        foreach (var rule in world.Rules)
            AddRule(landlock, rule);
        script.Add("entering the folder", CallNumbers.ChangeFolderByName, true, Text(world.Folder));
    }

    private void Add(in WorldEntry entry)
    {
        var path = entry.Path[1..];
        MakeFolders(Path.GetDirectoryName(entry.Path)!);
        switch (entry.Place)
        {
            case WorldPlace.Link:
                script.Add($"linking {entry.Path}", CallNumbers.MakeLink, false, Text(entry.Target), CurrentFolder, Text(path));
                break;
            case WorldPlace.Text:
                AddText(path, entry.Target);
                break;
            case WorldPlace.Fact:
                AddFact(path, entry.Target);
                break;
            case WorldPlace.Empty:
                MakeFolders(entry.Path);
                break;
            case WorldPlace.Private:
                MakeFolders(entry.Path);
                var options = world.PrivateBytes == 0 ? "mode=700" : string.Create(CultureInfo.InvariantCulture, $"mode=700,size={world.PrivateBytes},nr_inodes={Math.Max(LeastFiles, world.PrivateBytes / BytesPerFile)}");
                script.Add($"making {entry.Path}", CallNumbers.Mount, false, Text("tmpfs"), Text(path), Text("tmpfs"), NoSetId | NoDevices, Text(options));
                break;
            case WorldPlace.Protected:
                script.Add($"showing {entry.Path}", CallNumbers.Mount, false, Text(path), Text(path), 0, Bind, 0);
                Change(path, _readOnly, recursive: true);
                break;
            case WorldPlace.Masked:
                script.Add($"hiding {entry.Path}", CallNumbers.Mount, false, Text("/dev/null"), Text(path), 0, Bind, 0);
                break;
            case WorldPlace.Scratch:
                AddScratch(entry, path);
                break;
            case WorldPlace.Processes:
                MakeFolders(entry.Path);
                script.Add("mounting a separate /proc", CallNumbers.Mount, false, Text("proc"), Text(path), Text("proc"), NoSetId | NoDevices | NoPrograms, 0);
                break;
            case WorldPlace.Terminals:
                MakeFolders(entry.Path);
                script.Add("mounting separate terminals", CallNumbers.Mount, false, Text("devpts"), Text(path), Text("devpts"), NoSetId | NoPrograms, Text("newinstance,ptmxmode=0666,mode=620"));
                break;
            default:
                AddBind(entry, path);
                break;
        }
    }

    private void AddText(string path, string content)
    {
        const int create = 0x40 | 0x80 | 1;
        var open = script.Add($"making /{path}", CallNumbers.OpenAt, false, CurrentFolder, Text(path), create | CloseOnExec, 0x180);
        var write = script.Add($"writing /{path}", CallNumbers.Write, false, 0, Text(content), Encoding.UTF8.GetByteCount(content));
        script.Pass(open, write);
    }

    // Written in a file system made for that: a file that is open for writing would keep the root from becoming read-only.
    private void AddFact(string path, string content)
    {
        const string stage = "tmp";
        var size = Encoding.UTF8.GetByteCount(content);
        MakeFolders("/" + stage);
        script.Add($"making /{path}", CallNumbers.Mount, false, Text("tmpfs"), Text(stage), Text("tmpfs"), NoSetId | NoDevices, Text(string.Create(CultureInfo.InvariantCulture, $"mode=755,size={size + (64 << 10)}")));
        var open = script.Add($"making /{path}", CallNumbers.OpenAt, false, CurrentFolder, Text(stage + "/fact"), 0x40 | 0x80 | 1 | CloseOnExec, 0x1a4);
        var write = script.Add($"writing /{path}", CallNumbers.Write, false, 0, Text(content), size);
        script.Pass(open, write);
        script.Add($"making /{path}", CallNumbers.MakeNode, true, CurrentFolder, Text(path), RegularFile | 0x124, 0);
        script.Add($"showing /{path}", CallNumbers.Mount, false, Text(stage + "/fact"), Text(path), 0, Bind, 0);
        Change(path, _readOnly, recursive: false);
        script.Add($"leaving /{path}", CallNumbers.Unmount, false, Text(stage), Detach);
    }

    // Called last, when the folder's content has been made.
    private void CloseEmpty(string path)
    {
        script.Add($"showing {path}", CallNumbers.Mount, false, Text(path[1..]), Text(path[1..]), 0, Bind | Recursive, 0);
        Change(path[1..], _readOnly, recursive: false);
    }

    private void AddBind(in WorldEntry entry, string path)
    {
        if (entry.IsFolder)
            MakeFolders(entry.Path);
        else if (_made.Add(entry.Path))
            script.Add($"making {entry.Path}", CallNumbers.MakeNode, true, CurrentFolder, Text(path), RegularFile | 0x124, 0);
        if (entry.Place == WorldPlace.Device)
            script.Add($"showing {entry.Path}", CallNumbers.Mount, false, Text(entry.Path), Text(path), 0, Bind | Recursive, 0);
        else
            AddGranted(entry.Path, path);
        Change(path, entry.Place switch { WorldPlace.Device => _device, WorldPlace.Writable => _writable, _ => _readOnly }, recursive: true);
    }

    // If the path gets a link after it was checked, opening it fails and no process starts.
    private void AddGranted(string from, string to)
    {
        var open = script.Add($"opening {from}", CallNumbers.OpenWithin, false, CurrentFolder, Text(from), How(ResolveWithoutLinks), 24);
        CopyTo(open, from, to);
    }

    // The layers get names of our own, so that no path needs to be escaped in the options; the overlay keeps its own copies of these mounts.
    private void AddScratch(in WorldEntry entry, string path)
    {
        const string lower = ".workspace", upper = ".scratch";
        MakeFolders(entry.Path);
        MakeFolders("/" + lower);
        MakeFolders("/" + upper);
        AddGranted(entry.Path, lower);
        AddGranted(entry.Target, upper);
        script.Add("mounting an overlay of the folder (overlayfs)", CallNumbers.Mount, false, Text("overlay"), Text(path), Text("overlay"), NoSetId | NoDevices,
            Text($"lowerdir={lower},upperdir={upper}/upper,workdir={upper}/work,userxattr"));
        foreach (var layer in new[] { lower, upper })
        {
            script.Add("leaving a layer", CallNumbers.Unmount, false, Text(layer), Detach);
            script.Add("leaving a layer", CallNumbers.Remove, true, CurrentFolder, Text(layer), RemoveFolder);
        }
    }

    private void AddPinned(string path, bool readOnly)
    {
        var open = script.Add($"opening {path}", CallNumbers.OpenWithin, false, CurrentFolder, Text(path[1..]), How(ResolveWithoutLinks | ResolveBeneath), 24);
        CopyTo(open, path, path[1..]);
        if (readOnly)
            Change(path[1..], _readOnly, recursive: true);
    }

    private void CopyTo(int open, string from, string to)
    {
        var copy = script.Add($"showing {from}", CallNumbers.CopyTree, false, 0, Text(""), 1 | CloseOnExec | EmptyPath | 0x8000);
        script.Pass(open, copy);
        var move = script.Add($"showing {from}", CallNumbers.MoveMount, false, 0, Text(""), CurrentFolder, Text(to), EmptySource);
        script.Pass(copy, move);
    }

    private nint How(ulong resolve)
    {
        var how = (ulong*)script.Zeroes(24);
        how[0] = PathOnly | CloseOnExec;
        how[2] = resolve;
        return (nint)how;
    }

    private void Change(string path, byte* attributes, bool recursive) => script.Add(
        $"protecting {path}", CallNumbers.ChangeMount, false, CurrentFolder, Text(path), recursive ? 0x8000 : 0, (nint)attributes, 32);

    // Optional: folders that are shown from outside exist already; if one is missing, the step that needs it fails.
    private void MakeFolders(string path)
    {
        for (var end = path.IndexOf('/', 1); ; end = path.IndexOf('/', end + 1))
        {
            var folder = end < 0 ? path : path[..end];
            if (folder.Length > 1 && _made.Add(folder))
                script.Add($"making {folder}", CallNumbers.MakeFolder, true, CurrentFolder, Text(folder[1..]), 0x1ed);
            if (end < 0)
                return;
        }
    }

    // A Landlock rule applies to a folder of one file system, and this one did not exist before.
    private void AddRule(Landlock? landlock, in WorldRule rule)
    {
        if (landlock is null)
            return;
        var native = script.Zeroes(16);
        *(ulong*)native = rule.Accesses;
        var open = script.Add($"opening {rule.Path}", CallNumbers.OpenAt, false, CurrentFolder, Text(rule.Path), PathOnly | CloseOnExec, 0);
        script.Store(open, native + sizeof(ulong));
        script.Add("landlock_add_rule", CallNumbers.AddRule, false, landlock.Descriptor.Value, Landlock.PathRule, (nint)native, 0);
    }

    private nint Text(string text) => (nint)script.Text(text);

    private static byte* Attributes(PreExecProgram script, ulong set)
    {
        var attributes = (ulong*)script.Zeroes(32);
        attributes[0] = set;
        attributes[2] = PrivateMounts;
        return (byte*)attributes;
    }
}
