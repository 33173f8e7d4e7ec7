package server

import (
	"container/list"
	"sync"
)

// cacheLimit bounds the answers kept in memory: those built ahead, and of what is built on
// demand as much as they leave room for, but at least cacheLeast.
const (
	cacheLimit = 64 << 20 // bytes
	cacheLeast = 16 << 20
)

// cache keeps answers by address, the least recently asked for going first when its
// limit is reached.
type cache struct {
	mu    sync.Mutex
	limit int // bytes
	most  int // bytes of one answer; a larger one is not kept
	used  int // bytes
	order *list.List
	byKey map[string]*list.Element
}

type cacheEntry struct {
	key    string
	answer *answer
}

// entryOverhead is about what the map and the list take for an entry, in bytes.
const entryOverhead = 200

func (e cacheEntry) cost() int { return e.answer.cost() + 2*len(e.key) + entryOverhead }

func newCache(limit int) *cache {
	return &cache{limit: limit, most: limit / 4, order: list.New(), byKey: map[string]*list.Element{}}
}

// newFileCache makes one that keeps an answer however much of it that takes: making it
// again would take more.
func newFileCache(limit int) *cache {
	c := newCache(limit)
	c.most = limit
	return c
}

// get returns the answer kept under key, nil when there is none.
func (c *cache) get(key string) *answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	element := c.byKey[key]
	if element == nil {
		return nil
	}
	c.order.MoveToFront(element)
	return element.Value.(cacheEntry).answer
}

// put keeps an answer, unless it would take too much of the cache: more than a quarter, if it
// is none of files.
func (c *cache) put(key string, a *answer) {
	entry := cacheEntry{key, a}
	if entry.cost() > c.most {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.byKey[key]; old != nil {
		c.drop(old)
	}
	c.byKey[key] = c.order.PushFront(entry)
	c.used += entry.cost()
	for c.used > c.limit {
		c.drop(c.order.Back())
	}
}

func (c *cache) drop(element *list.Element) {
	entry := c.order.Remove(element).(cacheEntry)
	delete(c.byKey, entry.key)
	c.used -= entry.cost()
}

// size returns how many answers are kept and how many bytes they take.
func (c *cache) size() (answers, used int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.byKey), c.used
}
