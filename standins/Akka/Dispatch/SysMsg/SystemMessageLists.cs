namespace Akka.Dispatch.SysMsg;

/// <summary>Empty lists, and walks over the links that system messages carry in themselves.</summary>
internal static class SystemMessageList
{
    public static readonly LatestFirstSystemMessageList LNil = new(null);
    public static readonly EarliestFirstSystemMessageList ENil = new(null);

    internal static int SizeInner(SystemMessage head, int acc)
    {
        for (; head is not null; head = head.Next)
        {
            acc++;
        }

        return acc;
    }

    internal static SystemMessage ReverseInner(SystemMessage head, SystemMessage acc)
    {
        while (head is not null)
        {
            var next = head.Next;
            head.Next = acc;
            acc = head;
            head = next;
        }

        return acc;
    }
}

/// <summary>A chain of system messages as it is pushed: the newest is the head.</summary>
internal readonly struct LatestFirstSystemMessageList(SystemMessage head)
{
    public readonly SystemMessage Head = head;

    public bool IsEmpty => Head is null;

    public bool NonEmpty => Head is not null;

    public int Size => SystemMessageList.SizeInner(Head, 0);

    public LatestFirstSystemMessageList Tail => new(Head.Next);

    /// <summary>The same messages, oldest first; this list is used up.</summary>
    public EarliestFirstSystemMessageList Reverse => new(SystemMessageList.ReverseInner(Head, null));

    public static LatestFirstSystemMessageList operator +(LatestFirstSystemMessageList list, SystemMessage msg)
    {
        msg.Next = list.Head;
        return new(msg);
    }
}

/// <summary>A chain of system messages as it is worked off: the oldest is the head.</summary>
internal readonly struct EarliestFirstSystemMessageList(SystemMessage head)
{
    public readonly SystemMessage Head = head;

    public bool IsEmpty => Head is null;

    public bool NonEmpty => Head is not null;

    public int Size => SystemMessageList.SizeInner(Head, 0);

    public EarliestFirstSystemMessageList Tail => new(Head.Next);

    /// <summary>The same messages, newest first; this list is used up.</summary>
    public LatestFirstSystemMessageList Reverse => new(SystemMessageList.ReverseInner(Head, null));

    public static EarliestFirstSystemMessageList operator +(EarliestFirstSystemMessageList list, SystemMessage msg)
    {
        msg.Next = list.Head;
        return new(msg);
    }

    /// <summary>Puts what is newest-first in <paramref name="other"/> in front, so that it comes oldest first.</summary>
    public static EarliestFirstSystemMessageList operator +(EarliestFirstSystemMessageList list, LatestFirstSystemMessageList other)
    {
        while (other.NonEmpty)
        {
            var message = other.Head;
            other = other.Tail;
            list += message;
        }

        return list;
    }
}
